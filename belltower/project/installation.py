# SPDX-License-Identifier: Apache-2.0
"""The settings of this installation: one typed object, read once from the environment. docs/reference/settings.md."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


Environment = Mapping[str, str]


@dataclass(frozen=True)
class Installation:
    """What differs between two installations of the same program; the city itself is data."""

    home: Path
    database_url: str | None
    secret_key: str
    packs: tuple[str, ...] | None
    hosts: tuple[str, ...]
    is_debug: bool
    # People come over TLS (a web server in front ends it): cookies are for TLS only, and browsers are told to insist.
    is_tls: bool = False
    # Web servers in front of ours, whose X-Forwarded-For is believed.
    proxies: tuple[Network, ...] = ()
    metrics_token: str | None = None
    limits: str = ""
    # Attempts before an event is set aside, and days for which delivered events are kept.
    outbox_attempts: int = 10
    outbox_keep_days: int = 30
    # Days for which readings stay in the hot store before they go into the lake.
    hot_days: int = 3
    # Where pages hear live events: the machines' door as a browser reaches it. Empty: they ask again every two seconds.
    live: str = ""
    log: str = "auto"
    # Where migrations log in: as the owner of the tables, which web and worker are not.
    database_owner_url: str | None = None
    # Backups (docs/guides/backup.md): where to, how often (hours; 0: only when told), how many are kept, how keys are sealed.
    backup_to: Path | None = None
    backup_every_h: float = 24.0
    backup_keep: int = 14
    backup_recipient: str | None = None
    backup_passphrase: str | None = None
    is_backup_without_keys: bool = False
    # Where people reach the console, for what is printed (QR codes). Empty: nothing printed leads there.
    address: str = ""
    time_limits: Path | None = None
    rates: Path | None = None

    @property
    def postgres_folder(self) -> Path:
        return self.home / "postgres"

    @property
    def files(self) -> Path:
        """Where uploaded files and their rests are kept."""
        return self.home / "files"


def read(environment: Environment = os.environ) -> Installation:
    """The installation as the environment describes it; a missing secret is made once and kept in the home."""
    home = Path(environment.get("BELLTOWER_HOME", "var")).absolute()
    packs = environment.get("BELLTOWER_PACKS")
    hosts = environment.get("BELLTOWER_HOSTS", "127.0.0.1,localhost,[::1]")
    return Installation(
        home=home,
        database_url=secret(environment, "DATABASE_URL"),
        secret_key=secret(environment, "BELLTOWER_SECRET_KEY") or _kept_secret(home),
        packs=tuple(name.strip() for name in packs.split(",") if name.strip()) if packs is not None else None,
        hosts=tuple(name.strip() for name in hosts.split(",")),
        is_debug=environment.get("BELLTOWER_DEBUG") == "1",
        is_tls=environment.get("BELLTOWER_TLS") == "1",
        proxies=_networks(environment.get("BELLTOWER_PROXIES", "")),
        metrics_token=secret(environment, "BELLTOWER_METRICS_TOKEN"),
        limits=environment.get("BELLTOWER_LIMITS", ""),
        outbox_attempts=_count("BELLTOWER_OUTBOX_ATTEMPTS", environment.get("BELLTOWER_OUTBOX_ATTEMPTS", "10")),
        outbox_keep_days=_count("BELLTOWER_OUTBOX_KEEP_DAYS", environment.get("BELLTOWER_OUTBOX_KEEP_DAYS", "30")),
        hot_days=_count("BELLTOWER_HOT_DAYS", environment.get("BELLTOWER_HOT_DAYS", "3")),
        live=_origin("BELLTOWER_LIVE", environment.get("BELLTOWER_LIVE", "")),
        log=environment.get("BELLTOWER_LOG", "auto"),
        database_owner_url=secret(environment, "DATABASE_OWNER_URL"),
        backup_to=Path(environment["BELLTOWER_BACKUP_TO"]).absolute()
        if environment.get("BELLTOWER_BACKUP_TO")
        else None,
        backup_every_h=_number("BELLTOWER_BACKUP_EVERY_H", environment.get("BELLTOWER_BACKUP_EVERY_H", "24")),
        backup_keep=int(_number("BELLTOWER_BACKUP_KEEP", environment.get("BELLTOWER_BACKUP_KEEP", "14"))),
        backup_recipient=environment.get("BELLTOWER_BACKUP_RECIPIENT") or None,
        backup_passphrase=secret(environment, "BELLTOWER_BACKUP_PASSPHRASE"),
        is_backup_without_keys=environment.get("BELLTOWER_BACKUP_WITHOUT_KEYS") == "1",
        address=_origin("BELLTOWER_ADDRESS", environment.get("BELLTOWER_ADDRESS", "")),
        time_limits=Path(environment["BELLTOWER_TIME_LIMITS"]).absolute()
        if environment.get("BELLTOWER_TIME_LIMITS")
        else None,
        rates=Path(environment["BELLTOWER_RATES"]).absolute() if environment.get("BELLTOWER_RATES") else None,
    )


class UnreadableSetting(Refusal):
    """A setting that cannot be used as it stands. The value itself is not repeated: it may be a secret."""

    code = "unreadable_setting"
    sentence = Text(
        zh="设置 {setting} 无法使用：{reason}。说明见 docs/reference/settings.md。",
        en="The setting {setting} cannot be used: {reason}. See docs/reference/settings.md.",
    )


class NotAnOrigin(Refusal):
    """A setting that must be an origin, and is not: it would stand in a header or on paper."""

    code = "setting_not_an_origin"
    sentence = Text(
        zh="设置 {name}（{given}）不是网址来源。请写成 http(s)://主机[:端口]，不带路径。",
        en="The setting {name} ({given}) is no origin. Write http(s)://host[:port], without a path.",
    )


def _origin(name: str, given: str) -> str:
    if given and not re.fullmatch(r"https?://[A-Za-z0-9.\-\[\]:]+", given):
        raise NotAnOrigin(name=name, given=given)
    return given


def secret(environment: Environment, name: str) -> str | None:
    """The secret ``name``: from the variable, the file that ``name_FILE`` names, or a credential of systemd's.

    A credential is called as the variable is, in small letters with dashes. Raises UnreadableSetting where a file is
    named and cannot be read, or is empty: a secret that was meant to be there is never quietly made up.
    """
    if given := environment.get(name):
        return given
    path = secret_file(environment, name)
    if path is None:
        return None
    try:
        held = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableSetting(setting=f"{name}_FILE", reason=type(error).__name__) from None
    if not held:
        raise UnreadableSetting(setting=f"{name}_FILE", reason=Text(zh="文件为空", en="the file is empty"))
    return held


def secret_file(environment: Environment, name: str) -> Path | None:
    """The file that holds the secret ``name``, if one was named or systemd lends one."""
    if named := environment.get(f"{name}_FILE"):
        return Path(named)
    lent = Path(environment.get("CREDENTIALS_DIRECTORY", ""), name.lower().replace("_", "-"))
    return lent if "CREDENTIALS_DIRECTORY" in environment and lent.is_file() else None


def _number(setting: str, given: str) -> float:
    try:
        return float(given)
    except ValueError:
        raise UnreadableSetting(setting=setting, reason="a number is asked for") from None


def _count(setting: str, given: str) -> int:
    """A whole number, 1 or more. Raises UnreadableSetting."""
    if not given.strip().isdecimal() or int(given) < 1:
        raise UnreadableSetting(setting=setting, reason=Text(zh="应为正整数", en="it is no whole number above zero"))
    return int(given)


def _networks(listed: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(one.strip()) for one in listed.split(",") if one.strip())
    except ValueError as error:
        raise UnreadableSetting(setting="BELLTOWER_PROXIES", reason=str(error)) from None


def _kept_secret(home: Path) -> str:
    """The secret key of this home, made at the first call; of two processes at once, both read the same whole one."""
    path = home / "secret-key"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        # Written beside its place first: under its own name it is never seen half.
        with tempfile.NamedTemporaryFile("w", dir=home, prefix="secret-key.") as file:  # mode 0600
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(file.name, path)
    return path.read_text().strip()
