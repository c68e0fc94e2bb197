# SPDX-License-Identifier: Apache-2.0
"""Words for templates: built entries, icons, texts in the reader's language, and civil dates of the city."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext

from belltower.kernel.texts import Text
from belltower.screens.console import built, dates
from belltower.screens.console.shown import printed

register = template.Library()


@register.simple_tag
def entry(name: str) -> SafeString:
    """Everything that an entry needs, as tags: ``{% entry "src/console.ts" %}``."""
    one = built.entry(name)
    styles = format_html_join("\n", '<link rel="stylesheet" href="{}">', ((style,) for style in one.styles))
    chunks = format_html_join("\n", '<link rel="modulepreload" href="{}">', ((chunk,) for chunk in one.chunks))
    return format_html('{}\n{}\n<script type="module" src="{}"></script>', styles, chunks, one.script)


@register.simple_tag
def classic_script(name: str) -> SafeString:
    """An entry without imports that must run before the first paint."""
    return format_html('<script src="{}"></script>', built.entry(name).script)


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """A Tabler icon, hidden from screen readers: the word beside it says what it is."""
    return format_html(
        '<svg class="icon {}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
        'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{}</svg>',
        css,
        mark_safe(built.icon(name)),  # nosec B308 B703  # from our own build
    )


@register.filter
def say(value: Text | Mapping[str, Any] | str | None) -> str:
    """A text in the reader's language; nothing for nothing."""
    if not value:
        return ""
    return Text.read(value).say(get_language() or "zh")


@register.filter
def instant(value: datetime | str | None) -> str:
    """An instant in the city's civil time: 2026年11月22日 14:05, or 22 Nov 2026, 14:05."""
    return dates.instant(value, get_language() or "zh") if value else ""


@register.filter
def day(value: date | str | None) -> str:
    """A civil day: 2026年11月22日, or 22 Nov 2026."""
    return dates.day(value, get_language() or "zh") if value else ""


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """The present query string with some of it changed; a value of None or "" leaves the word out."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}"


@register.simple_tag(takes_context=True)
def here(context: Context) -> str:
    """The page group that the navigation marks: the first word of the address."""
    return str(context["request"].path.split("/")[1])


@register.simple_tag
def bell() -> SafeString:
    """The mark of the house."""
    return mark_safe(built.BELL)  # nosec B308 B703  # a file of ours


@register.simple_tag
def icon_address() -> str:
    """The address of the mark as a picture, for the browser's tab."""
    return static("console/bell.svg")


@register.filter
def number(value: float | None) -> str:
    """1234567 as 1,234,567, in both languages; nothing for nothing."""
    return "" if value is None else f"{value:,.0f}"


@register.filter
def share(value: float | None) -> str:
    """0.375 as 37 %, never rounded up to done; nothing for nothing."""
    return "" if value is None else f"{int(value * 100)} %"


@register.filter
def percent(value: float | None) -> int:
    """0.375 as 37, for a progress bar."""
    return int((value or 0) * 100)


@register.filter
def hectares(value: float) -> str:
    """Square metres as people say them: m² below a hectare, hectares below 10 km², else km²."""
    if value < 10_000:
        return f"{value:,.0f} m²"
    return f"{value / 10_000:,.1f} ha" if value < 10_000_000 else f"{value / 1_000_000:,.2f} km²"


@register.filter
def period(value: str) -> str:
    """An ISO 8601 duration of hours, minutes or days in words; any other as it is written."""
    found = re.fullmatch(r"P(?:T(\d+)H|T(\d+)M|(\d+)D)", value)
    if not found:
        return value
    hours, minutes, days = found.groups()
    if hours:
        return ngettext("%(count)s hour", "%(count)s hours", int(hours)) % {"count": hours}
    if minutes:
        return ngettext("%(count)s minute", "%(count)s minutes", int(minutes)) % {"count": minutes}
    return ngettext("%(count)s day", "%(count)s days", int(days)) % {"count": days}


@register.simple_tag
def locator_entry() -> SafeString:
    """MAP's small map, where it was built."""
    return entry("src/map/locator.ts") if built.has("src/map/locator.ts") else mark_safe("")  # nosec B308  # empty


@register.filter
def unit(value: str) -> str:
    """A UCUM code as people print it."""
    return printed(value)
