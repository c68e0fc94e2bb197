# SPDX-License-Identifier: Apache-2.0
"""What every mapping says, whatever the protocol: key, kind, since when, address, credentials by reference, streams."""

from __future__ import annotations

import importlib
import os
import re
import ssl
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import ModuleType
from urllib.parse import SplitResult, urlsplit

from belltower.edges.sources.document import Part, read
from belltower.edges.sources.errors import NoCredential
from belltower.edges.sources.readings import Feed, Point, Reader
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.kernel.units import dimension

KINDS = ("mqtt", "modbus", "opcua")
COMMON = ("source", "kind", "title", "since", "address", "login", "tls")
POINT = ("stream", "unit", "dead_band", "at_least_every")
_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_REFERENCE = re.compile(r"(env|file):(.+)")
_NAME = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Login:
    """Where the name and password lie: ``env:NAME`` or ``file:PATH``. The mapping itself never holds them."""

    user: str = ""
    password: str = ""

    def given(self) -> tuple[str, str] | None:
        """Name and password as they are now, or None where none are asked for. Raises NoCredential."""
        return (credential(self.user), credential(self.password)) if self.user else None


@dataclass(frozen=True, slots=True)
class Tls:
    """Files for TLS: whom to trust (the system's authorities where empty), and our own certificate and key."""

    authorities: str = ""
    certificate: str = ""
    key: str = ""

    def context(self) -> ssl.SSLContext:
        """A context that checks the far end's certificate and name. Raises NoCredential."""
        try:
            made = ssl.create_default_context(cafile=self.authorities or None)
            if self.certificate:
                made.load_cert_chain(self.certificate, self.key or None)
        except (OSError, ssl.SSLError) as error:
            where = self.authorities or self.certificate
            raise NoCredential(where=where, reason=str(error)) from None
        return made


@dataclass(frozen=True, slots=True)
class Source:
    """One source of readings, as its mapping declares it; ``document`` is what its protocol reads the rest from."""

    key: str
    kind: str
    title: Text
    since: date
    address: SplitResult
    login: Login
    tls: Tls
    document: Part

    def reader(self) -> Reader:
        """How its frames are read. Raises BadMapping."""
        made: Reader = _protocol(self.kind).reader(self)
        return made

    def feed(self) -> Feed:
        """A connection to it, not open yet. Raises BadMapping."""
        made: Feed = _protocol(self.kind).feed(self)
        return made


def read_source(text: str) -> Source:
    """The source that a mapping declares, checked whole: also what its protocol makes of the rest. Raises BadMapping."""
    document = read(text)
    key = document.need("source")
    if not _KEY.fullmatch(key.text()):
        raise key.refuse(
            "只能用小写字母、数字、点和连字符", "may be of lower-case letters, digits, dots and hyphens only"
        )
    kind = document.need("kind").word(*KINDS)
    source = Source(
        key=key.text(),
        kind=kind,
        title=_title(document),
        since=document.need("since").day(),
        address=_address(document.need("address"), _protocol(kind).SCHEMES),
        login=_login(document),
        tls=_tls(document),
        document=document,
    )
    source.reader()
    return source


def read_point(part: Part, *, names: tuple[str, ...]) -> Point:
    """The stream that ``part`` declares; ``names`` may stand in braces in its key. Raises BadMapping."""
    stream, unit = part.need("stream"), part.need("unit")
    for name in _NAME.findall(stream.text()):
        if name not in names:
            known = ", ".join(f"{{{one}}}" for one in names) or "-"
            raise stream.refuse(f"用到了未定义的 {{{name}}}，已有：{known}", f"uses {{{name}}}; there are: {known}")
    try:
        dimension(unit.text())
    except Refusal as refusal:
        raise unit.refuse(f"有误：{refusal.say('zh')}", f"is wrong: {refusal.say('en')}") from None
    band, every = part.get("dead_band"), part.get("at_least_every")
    if band and not every:
        raise band.refuse("需要同时给出 at_least_every，否则无法区分不变与失联",
                          "needs at_least_every beside it: else nothing tells a steady value from silence")  # fmt: skip
    width = band.number(least=0) if band else 0.0
    return Point(stream.text(), unit.text(), width, int(every.seconds() * 1e6) if every else 0)


def credential(reference: str) -> str:
    """What ``env:NAME`` or ``file:PATH`` holds, without the line's end. Raises NoCredential."""
    found = _REFERENCE.fullmatch(reference)
    way, where = found.groups() if found else ("", reference)
    try:
        return os.environ[where] if way == "env" else Path(where).read_text(encoding="utf-8").rstrip("\r\n")
    except KeyError:
        reason = Text(zh="没有这个环境变量", en="there is no such variable")
        raise NoCredential(where=reference, reason=reason) from None
    except (OSError, UnicodeDecodeError) as error:
        raise NoCredential(where=reference, reason=str(error)) from None


def _protocol(kind: str) -> ModuleType:
    """The room of a protocol, loaded when it is needed: its library takes a while."""
    return importlib.import_module(f"belltower.edges.{kind}.source")


def _title(document: Part) -> Text:
    part = document.get("title")
    if part is None:
        return Text.read(document.need("source").text())
    if isinstance(part.value, dict):
        part.keys(known=("zh", "en"))
        return Text(**{language: part.need(language).text() for language in part.value})
    return Text.read(part.text())


def _address(part: Part, schemes: tuple[str, ...]) -> SplitResult:
    try:
        address = urlsplit(part.text())
        is_whole = address.scheme in schemes and address.hostname and (address.port is None or address.port > 0)
    except ValueError:
        is_whole = False
    if not is_whole:
        raise part.refuse(f"应为 {schemes[0]}://主机:端口", f"must be like {schemes[0]}://host:port")
    if address.username or address.password:
        raise part.refuse("不能含有凭据，请用 login", "may not hold a credential; use login")
    return address


def _login(document: Part) -> Login:
    part = document.get("login")
    if part is None:
        return Login()
    part.keys(known=("user", "password"))
    return Login(_reference(part.need("user")), _reference(part.need("password")))


def _reference(part: Part) -> str:
    if not _REFERENCE.fullmatch(part.text()):
        raise part.refuse("凭据不写在映射里，请写 env:变量名 或 file:路径",
                          "is never written into a mapping: write env:NAME or file:PATH")  # fmt: skip
    return part.text()


def _tls(document: Part) -> Tls:
    part = document.get("tls")
    if part is None:
        return Tls()
    known = ("authorities", "certificate", "key")
    part.keys(known=known)
    return Tls(*(found.text() if (found := part.get(name)) else "" for name in known))
