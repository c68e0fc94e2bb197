# SPDX-License-Identifier: Apache-2.0
"""The strings of the house and their Chinese: what is said where, what lacks a translation, what nobody says any more.

``python -m belltower.screens.console.messages`` brings the catalogue up to date: new strings are added empty, unused
ones are taken out, and what is left to translate is listed. docs/guides/translate.md.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

HOUSE = Path(__file__).parents[2]
CATALOGUE = Path(__file__).parent / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
ONE, MANY = {"_", "gettext", "gettext_lazy"}, {"ngettext", "ngettext_lazy"}

# No dates and names: they would change with every run and say nothing.
HEADER = r"""# SPDX-License-Identifier: Apache-2.0
msgid ""
msgstr ""
"Language: zh_Hans\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=1; plural=0;\n"

"""

Message = str | tuple[str, str]

_STRING = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_IN_TEMPLATE = re.compile(rf"(?<!\w)(?:gettext\({_STRING}\)|ngettext\({_STRING},\s*{_STRING},)")


def said(house: Path = HOUSE) -> dict[Message, str]:
    """Every translatable string of Python and templates, with the first file that says it."""
    found: dict[Message, str] = {}
    for path in sorted(house.rglob("*.py")):
        if "tests" not in path.parts and "migrations" not in path.parts:
            for message in in_python(path.read_text(encoding="utf-8")):
                found.setdefault(message, str(path.relative_to(house)))
    for path in sorted(house.rglob("templates/**/*.html")):
        for message in in_template(path.read_text(encoding="utf-8")):
            found.setdefault(message, str(path.relative_to(house)))
    return found


def in_python(source: str) -> Iterator[Message]:
    """The strings that calls of gettext and its kin hold."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            texts = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            if node.func.id in ONE and texts:
                yield texts[0]
            elif node.func.id in MANY and len(texts) == 2:
                yield texts[0], texts[1]


def in_template(source: str) -> Iterator[Message]:
    """The strings of {% translate %} and {% blocktranslate %}, as Django asks the catalogue for them."""
    for match in _IN_TEMPLATE.finditer(templatize(source)):
        if match[1]:
            yield ast.literal_eval(match[1])
        else:
            yield ast.literal_eval(match[2]), ast.literal_eval(match[3])


def catalogue() -> Catalog:
    """The Chinese catalogue as it stands."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_Hans", domain="django")


def translated(known: Catalog) -> dict[Message, bool]:
    """Every string of the catalogue, and whether it has its Chinese in full."""
    return {_key(one.id): _is_said(one.string) and not one.fuzzy for one in known if one.id}


def _key(id: Any) -> Message:
    return id if isinstance(id, str) else (id[0], id[1])


def _is_said(string: Any) -> bool:
    return bool(string) and (isinstance(string, str) or all(string))


def bring_up_to_date() -> list[Message]:
    """Rewrite the catalogue: what is said, in the order of files; returns what has no Chinese yet."""
    old, now = catalogue(), said()
    fresh = Catalog(locale="zh_Hans", domain="django")
    for message in now:
        known = old.get(message if isinstance(message, str) else message[0])
        string = known.string if known else ("" if isinstance(message, str) else ("",))
        fresh.add(message, string, flags=["python-format"] if "%(" in str(message) else [])
    body = io.BytesIO()
    write_po(body, fresh, width=120, omit_header=True, no_location=True)
    CATALOGUE.write_text(HEADER + body.getvalue().decode(), encoding="utf-8")
    return [message for message, has in translated(catalogue()).items() if not has]


if __name__ == "__main__":
    left = bring_up_to_date()
    print(*left, sep="\n")
    sys.exit(1 if left else 0)
