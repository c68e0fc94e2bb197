# SPDX-License-Identifier: Apache-2.0
"""Campaigns (专项整治): the list, the page of one, making one, closing it, and its report to print."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from belltower.core.access.people import today
from belltower.core.access.rules import Verb
from belltower.core.campaigns import actions, reporting
from belltower.core.campaigns.errors import BadCampaign
from belltower.core.campaigns.models import Campaign, Report
from belltower.core.campaigns.standing import standing
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text
from belltower.screens.console import campaign_making, campaign_story
from belltower.screens.console.built import FONTS
from belltower.screens.console.campaign_making import Form
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.finding_listing import FindingListing
from belltower.screens.console.finding_story import row_of

CAMPAIGN = Text(zh="专项整治", en="campaign")
REPORT = Text(zh="总结报告", en="closing report")
MOST, MOST_FINDINGS = 60, 20


@door(Verb.VIEW)
def show_all(request: ConsoleRequest) -> HttpResponse:
    """The campaigns that concern the viewer: those that are not closed, then the newest that are."""
    every = Campaign.objects.order_by("closed_at", "-last_day", "-pk")
    unclosed = list(every.filter(closed_at=None)[:MOST])
    closed = list(every.exclude(closed_at=None).order_by("-closed_at")[:MOST])
    page = {
        "parts": [
            ("open", campaign_story.rows(unclosed, request.now)),
            ("closed", campaign_story.rows(closed, request.now)),
        ]
    }
    return render(request, "console/campaigns/list.html", page)


@door(Verb.VIEW)
def show(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """One campaign: targets, days, ranking, what is open. Raises NotFound."""
    campaign = _campaign(uid)
    page = campaign_story.page_of(standing(campaign, request.now), request.now, sees_all=request.scope.sees_all)
    listing = FindingListing(campaign=str(uid), order="due")
    found, has_more = listing.rows(request.now)
    page |= {"rows": [row_of(one, request.now) for one in found[:MOST_FINDINGS]]}
    page |= {"has_more": has_more or len(found) > MOST_FINDINGS}
    return render(request, "console/campaigns/one.html", page)


@door(Verb.LEAD_CAMPAIGNS)
def new(request: ConsoleRequest) -> HttpResponse:
    """The form of a campaign, begun with the clauses of a ``document`` or ``sector``; POST makes it, or says what is wrong."""
    day = today(request.now)
    choices, wrong, form = campaign_making.choices(day), "", Form.sent(request.POST)
    if request.method == "POST":
        try:
            made = actions.begin(form.draft(), by=request.actor, now=request.now)
        except BadCampaign as refusal:
            wrong = refusal.say(get_language() or "zh")
        else:
            return redirect("console:campaign", made.uid)
    else:
        form = Form.begun(request.GET.dict(), choices["documents"], day)
    opened = {one.id for one in choices["documents"] if any(clause.id in form.clauses for clause in one.clauses)}
    page = {**choices, "form": form, "wrong": wrong, "opened": opened}
    return render(request, "console/campaigns/new.html", page, status=422 if wrong else 200)


@require_POST
@door(Verb.LEAD_CAMPAIGNS)
def close(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Close it: its numbers are kept as they are. Raises NotFound, CampaignClosed or ClosedTooEarly."""
    actions.close(_campaign(uid), remark=request.POST.get("remark", ""), by=request.actor, now=request.now)
    return redirect("console:campaign", uid)


@door(Verb.VIEW)
def report(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """The closing report as a PDF, in ``language`` (zh or en). Raises NotFound where there is none that the viewer sees."""
    campaign = _campaign(uid)
    kept = Report.objects.filter(campaign=campaign).first()
    if kept is None:
        raise NotFound(noun=REPORT, name=uid)
    language = "en" if request.GET.get("language") == "en" else "zh"
    made = reporting.printed(kept.numbers, digest=kept.digest, fonts=FONTS, language=language)
    name = f"{slugify(campaign.name.say(language), allow_unicode=True) or 'campaign'}.pdf"
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(as_attachment=False, filename=name) or "inline"
    return answer


def _campaign(uid: UUID) -> Campaign:
    found = Campaign.objects.filter(uid=uid).first()
    if found is None:
        raise NotFound(noun=CAMPAIGN, name=uid)
    return found
