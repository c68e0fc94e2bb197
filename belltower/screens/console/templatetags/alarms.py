# SPDX-License-Identifier: Apache-2.0
"""Words for the pages of alarms: values of readings, and spans of time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from belltower.core.observations.declaring import asset_name, declared_on
from belltower.core.observations.models import Datastream, ObservedProperty
from belltower.kernel.units import Quantity
from belltower.screens.console import dates

register = template.Library()


@register.filter
def reading(value: float | None) -> str:
    """A measured value with at most five digits that say something; nothing for nothing."""
    return "" if value is None else f"{value:.5g}"


@register.simple_tag
def hours(minutes: int) -> str:
    """60 as "1 hour"."""
    return ngettext("%(count)s hour", "%(count)s hours", minutes // 60) % {"count": minutes // 60}


@register.filter
def span(value: timedelta | None) -> str:
    """A span in the largest unit that says it whole: 90 s, 15 min, 4 h; nothing for nothing."""
    if value is None:
        return ""
    seconds = value.total_seconds()
    for size, unit in ((86_400, _("d")), (3_600, _("h")), (60, _("min"))):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} {_('s')}"


@register.filter
def short_hours(hours: int) -> str:
    """A whole number of hours, from two days on in days: 24 h, 7 d."""
    days, rest = divmod(hours, 24)
    return f"{days} {_('d')}" if days > 1 and not rest else f"{hours} {_('h')}"


@register.filter
def called(stream: Datastream) -> str:
    """The stream's name; of one that a pack declares and nobody renamed, in the reader's language."""
    kind, _dot, name = stream.stream.partition(".")
    declaration = next((one for one in declared_on(kind) if one.name == name), None)
    if declaration is None or stream.asset is None:
        return stream.name
    asset = stream.asset.title
    own = f"{asset_name(stream.asset)} {declaration.title.say('zh')}"
    language = get_language() or "zh"
    place = asset.say(language) if asset else stream.asset.key
    return f"{place} {declaration.title.say(language)}" if stream.name == own else stream.name


@register.filter
def quantity(observed: ObservedProperty) -> str:
    """What is measured, in the reader's language where it is a quantity that Belltower knows."""
    is_known = observed.key == f"belltower/{observed.name}" and observed.name in set(Quantity)
    return Quantity(observed.name).called.say(get_language() or "zh") if is_known else observed.name


@register.filter
def unlocal(value: float) -> str:
    """A coordinate as SVG wants it, in every language with a point."""
    return f"{value:.1f}"


@register.filter
def moment(value: datetime) -> str:
    """An instant to the second in the city's civil time: 23 Nov 2026, 14:05:09."""
    return f"{dates.instant(value, get_language() or 'zh')}:{value:%S}"


@register.filter
def portion(value: float) -> str:
    """0.0125 as 1.3 %."""
    return f"{value * 100:.3g} %" if value else "0 %"
