# SPDX-License-Identifier: Apache-2.0
"""Column and file names as people write them, brought to one form, and the well-known names of what every register has."""

from __future__ import annotations

import re
from collections.abc import Mapping

_SMALL_TO_LARGE = re.compile(r"(?<=[a-z])(?=[A-Z])")
_APART = re.compile(r"[\W_]+")
_ENDINGS = ("desc", "description", "text", "value")


def plain(name: str) -> str:
    """A name with nothing but its letters and digits, in lower case: ``POLEHEIGHT_DESC`` and ``Pole height desc`` meet."""
    return _APART.sub("", name.lower())


def forms(name: str) -> tuple[str, ...]:
    """The plain name, and without a unit in brackets or an ending that says nothing (``_DESC``)."""
    found = [plain(name), plain(re.sub(r"[(（\[].*?[)）\]]", "", name))]
    found += [form.removesuffix(end) for form in tuple(found) for end in _ENDINGS if form.endswith(end)]
    return tuple(dict.fromkeys(form for form in found if form))


def words(name: str) -> str:
    """A name as words with single spaces around: ``streetLights_2024`` is `` street lights 2024 ``."""
    return f" {_APART.sub(' ', _SMALL_TO_LARGE.sub(' ', name).lower()).strip()} "


# What a column of any register may be called, most telling first. Chinese attribute codes are those of GB/T 47678.5
# (FIELD names such as GLBJBSM); the others were seen in open data of several cities.
WELL_KNOWN: Mapping[str, tuple[str, ...]] = {
    "lon": ("lon", "longitude", "lng", "long", "xcoord", "coordx", "pointx", "x", "easting", "经度", "经度坐标", "x坐标",
            "横坐标", "东经", "lonwgs84", "wgs84lon"),
    "lat": ("lat", "latitude", "ycoord", "coordy", "pointy", "y", "northing", "纬度", "纬度坐标", "y坐标", "纵坐标",
            "北纬", "latwgs84", "wgs84lat"),
    "geometry": ("geometry", "geom", "wkt", "thegeom", "shapewkt", "几何", "geometrywkt"),
    "code": ("code17", "assetcode", "glbjbsm", "部件标识码", "管理部件标识码", "标识码", "code"),
    "kind": ("assetkind", "kind"),
    "name_zh": ("namezh", "namecn", "chinesename", "中文名称", "中文名"),
    "name_en": ("nameen", "englishname", "英文名称", "英文名"),
    "name": ("name", "title", "label", "assetname", "glbjmc", "名称", "部件名称", "名字", "设施名称"),
    "life": ("life", "status", "assetstatus", "lifestatus", "lifecycle", "lifecyclestatus", "state", "servicestatus",
             "operationalstatus", "glbjzt", "状态", "部件状态", "使用状态", "设施状态"),
    "owner": ("ownerkey", "owner", "ownername", "ownedby", "ownership", "assetowner", "qsdwmc", "权属单位", "权属单位名称",
              "产权单位", "所有者", "业主", "管养单位"),
    "valid_from": ("validfrom", "csrq", "初始日期", "起始日期", "installdate", "installed", "installationdate",
                   "安装日期", "建成日期"),
}  # fmt: skip
AREA_NAMES: Mapping[str, tuple[str, ...]] = {
    "code": ("adcode", "areacode", "code", "gbcode", "regioncode", "xzqdm", "行政区划代码", "区划代码", "代码", "网格编码",
             "单元网格标识码", "社区代码", "街道代码", "geoid", "fips", "bgcode"),
    "name": ("name", "areaname", "title", "mc", "xzqmc", "名称", "区划名称", "行政区名称", "社区名称", "街道名称"),
    "name_zh": ("namezh", "namecn", "中文名称"),
    "name_en": ("nameen", "englishname", "英文名称"),
    "level": ("level", "arealevel", "级别", "层级", "等级"),
    "parent": ("parent", "parentcode", "parentadcode", "上级代码", "上级"),
    "population": ("population", "pop", "人口", "常住人口"),
    "geometry": ("geometry", "geom", "wkt", "几何"),
}  # fmt: skip

# A key is the owner's own number. These are, from good to poor; the last change with every export of a GIS.
KEY_NAMES = (
    ("key", "assetkey", "编号", "部件编号", "设施编号", "资产编号", "自编号", "number", "assetnumber", "assetid", "assetno"),
    ("facilityid", "facilityno", "unitid", "gisid", "featureid", "uid", "标识", "序列号"),
    ("id", "code", "代码", "编码"),
    ("globalid", "guid", "uuid"),
)  # fmt: skip
WEAK_KEYS = ("objectid", "fid", "ogcfid", "oid", "gid", "targetfid", "序号")
KEY_ENDINGS = ("id", "key", "no", "number", "num", "code", "编号", "编码", "标识码", "号")
