# SPDX-License-Identifier: Apache-2.0
"""Logs: JSON lines for programs, readable lines for a terminal; nobody's data, no secret, and no forged line in either."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any

from belltower.kernel import request_id

# Set as ``extra={"about": {...}}`` beside the sentence.
ABOUT = "about"
_HIDDEN = "[hidden]"
# What must not be in a log, wherever it comes from: a driver's message quotes the row, a caller's mistake the token.
_SECRETS = (
    re.compile(r"\bbt_[A-Za-z0-9_-]{6,}"),
    re.compile(r"(?i)(?<=bearer )\S+"),
    re.compile(r"(?<=://)[^/@\s:]*:[^/@\s]*(?=@)"),
    re.compile(r"(?i)(?<![a-z])(?:password|passwd|secret|token|sessionid|csrftoken|api_?key)[\"']?\s*[=:]\s*[\"']?[^\s,;&\"')]+"),
)  # fmt: skip
_PERSONAL = (
    re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"),  # e-mail
    re.compile(r"(?<![\dA-Fa-f-])\d{17}[\dXx](?![\dA-Fa-f-])"),  # resident identity number, GB 11643
    re.compile(r"(?<![\dA-Fa-f.-])1[3-9]\d{9}(?![\dA-Fa-f-])"),  # mobile number
    re.compile(r"(?<=Key \()[^)]*\)=\([^)]*(?=\))"),  # PostgreSQL's DETAIL quotes the row
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def scrubbed(text: str) -> str:
    """``text`` without what looks like a secret or a person's data."""
    for pattern in (*_SECRETS, *_PERSONAL):
        text = pattern.sub(_HIDDEN, text)
    return text


def on_one_line(text: str) -> str:
    """``text`` with every control character written out, so that it cannot pretend to be another line."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class JsonLines(logging.Formatter):
    """One JSON object a line: at, level, logger, message, request, and what is known about it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": scrubbed(record.getMessage()),
            "process": record.process,
        }
        if asked := request_id.current():
            line["request"] = asked
        line |= {name: _plain(value) for name, value in _about(record).items() if name not in line}
        if record.exc_info:
            line["fault"] = scrubbed(self.formatException(record.exc_info))
        # Non-ASCII control characters (a line separator of Unicode) are escaped by on_one_line.
        return on_one_line(json.dumps(line, ensure_ascii=False, default=str))


class Readable(logging.Formatter):
    """A line for people; a traceback is indented below it."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        words = [at, record.levelname.lower().ljust(7), on_one_line(scrubbed(record.getMessage()))]
        words += [f"{name}={on_one_line(str(_plain(value)))}" for name, value in _about(record).items()]
        if asked := request_id.current():
            words.append(f"[{asked}]")
        lines = [" ".join(words)]
        if record.exc_info:
            told = scrubbed(self.formatException(record.exc_info)).splitlines()
            lines += [f"    {on_one_line(line)}" for line in told]
        return "\n".join(lines)


def _about(record: logging.LogRecord) -> dict[str, Any]:
    about = getattr(record, ABOUT, None)
    return about if isinstance(about, dict) else {}


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float) else scrubbed(str(value))


def configuration(form: str) -> dict[str, Any]:
    """The logging configuration, for Django and for every process; ``form`` is ``json``, ``text`` or ``auto``.

    ``auto`` is readable where the errors go to a terminal and JSON lines elsewhere.
    """
    if form == "auto":
        form = "text" if sys.stderr.isatty() else "json"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": JsonLines if form == "json" else Readable}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "belltower": {"level": "INFO"},
            "django": {"handlers": [], "level": "INFO"},
            # Every request has its own line already, with its status, and every fault one of the page that told it.
            "django.request": {"level": "CRITICAL"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "_granian": {"handlers": ["console"], "level": "INFO", "propagate": False},
        },
    }
