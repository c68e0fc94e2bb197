# SPDX-License-Identifier: Apache-2.0
"""The words on this door's pages, in both languages."""

from __future__ import annotations

from belltower.kernel.texts import Text

WORDS = {
    "home": Text(zh="城市要素服务", en="Features of the city"),
    "about": Text(
        zh="按 OGC API - Features 标准提供部件、区域和问题，可在 QGIS 等地图软件中直接打开。您只能看到您有权查看的内容。",
        en="Assets, areas and findings by the standard OGC API - Features, to be opened in QGIS and other map programs. You see what you may see.",
    ),
    "collections": Text(zh="集合", en="Collections"),
    "conformance": Text(zh="符合的要求", en="Requirements that are met"),
    "api": Text(zh="接口文档", en="The API's document"),
    "about_api": Text(
        zh="程序按 OpenAPI 3.0 文档读取本服务。每个集合有自己的路径，可筛选的属性即其参数。",
        en="Programs read this service by its OpenAPI 3.0 document. Each collection has paths of its own; its queryables are parameters.",
    ),
    "download": Text(zh="下载 JSON", en="Download the JSON"),
    "as_json": Text(zh="以 JSON 查看", en="As JSON"),
    "items": Text(zh="查看要素", en="Its features"),
    "queryables": Text(zh="可筛选的属性", en="What can be asked by"),
    "name": Text(zh="名称", en="Name"),
    "title": Text(zh="标题", en="Title"),
    "type": Text(zh="类型", en="Type"),
    "description": Text(zh="说明", en="Description"),
    "next": Text(zh="下一页", en="Next page"),
    "nothing": Text(zh="没有符合条件的要素。", en="There are no such features."),
    "systems": Text(zh="坐标系", en="Coordinate systems"),
    "geometry": Text(zh="几何", en="Geometry"),
    "open": Text(zh="打开", en="Open"),
    "skip": Text(zh="跳到内容", en="Skip to the content"),
    "not_known": Text(zh="未知", en="not known"),
    "path": Text(zh="地址", en="Address"),
    "bell": Text(zh="钟鼓楼", en="Belltower"),
}


def said(language: str) -> dict[str, str]:
    """All of them in one language."""
    return {name: text.say(language) for name, text in WORDS.items()}
