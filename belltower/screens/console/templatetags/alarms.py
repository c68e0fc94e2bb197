# SPDX-License-Identifier: Apache-2.0
"""Words for the pages of alarms: values of readings, and spans of time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

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
