# SPDX-License-Identifier: Apache-2.0
"""Jobs: all long work, how far it is, who asked and why; stopping it and trying it again."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from belltower.core.access.rules import Verb
from belltower.core.jobs.actions import cancel, retry
from belltower.core.jobs.models import ENDED, Job, JobEvent, JobState
from belltower.core.ledger.event_models import HeldEvent, HeldState
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text
from belltower.screens.console.doors import ConsoleRequest, door

SIZE = 50
STATE_TITLES = {
    JobState.WAITING: _("Waiting"),
    JobState.RUNNING: _("Running"),
    JobState.DONE: _("Done"),
    JobState.CANCELLED: _("Cancelled"),
    JobState.FAILED: _("Failed, will be tried again"),
    JobState.DEAD: _("Failed for good"),
}
EVENT_TITLES = {
    JobEvent.What.ASKED: _("Asked for"),
    JobEvent.What.STARTED: _("Started"),
    JobEvent.What.FAILED: _("Failed"),
    JobEvent.What.LOST: _("Its worker died"),
    JobEvent.What.PUT_BACK: _("Its worker was stopped"),
    JobEvent.What.CANCEL_ASKED: _("Asked to stop"),
    JobEvent.What.CANCELLED: _("Cancelled"),
    JobEvent.What.RETRIED: _("Started over"),
    JobEvent.What.DONE: _("Done"),
    JobEvent.What.DEAD: _("Failed for good"),
}
MAY_STOP = (JobState.WAITING, JobState.RUNNING, JobState.FAILED)
MAY_RETRY = (JobState.DEAD, JobState.CANCELLED, JobState.FAILED)


@door(Verb.VIEW)
def show_all(request: ConsoleRequest) -> HttpResponse:
    """All jobs, newest first; the table asks for itself again while something is under way."""
    template = "console/jobs/table.html" if request.headers.get("HX-Request") else "console/jobs.html"
    return render(request, template, _listed(request))


@door(Verb.VIEW)
def show(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """One job and its story."""
    job = find(uid)
    template = "console/jobs/one.html" if request.headers.get("HX-Request") else "console/job.html"
    events = [(event, EVENT_TITLES[JobEvent.What(event.what)]) for event in job.events.all()]
    return render(request, template, {"job": dressed(job), "events": events})


@door(Verb.RUN_JOBS)
@require_POST
def stop(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Ask the job to stop."""
    cancel(find(uid), by=request.actor, now=request.now)
    return redirect("console:job", uid)


@door(Verb.RUN_JOBS)
@require_POST
def try_again(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Start the job over."""
    retry(find(uid), by=request.actor, now=request.now)
    return redirect("console:job", uid)


def find(uid: UUID) -> Job:
    """The job of that uid. Raises NotFound."""
    job = Job.objects.filter(uid=uid).first()
    if job is None:
        raise NotFound(noun=Text(zh="任务", en="job"), name=uid)
    return job


def dressed(job: Job) -> dict[str, object]:
    """A job with what a page says about it."""
    state = JobState(job.state)
    return {
        "job": job,
        "state_title": STATE_TITLES[state],
        "is_under_way": state not in ENDED,
        "may_stop": state in MAY_STOP and not job.is_cancel_asked,
        "may_retry": state in MAY_RETRY,
        "share": job.share_done,
    }


def _listed(request: ConsoleRequest) -> dict[str, object]:
    state = request.GET.get("state", "")
    jobs = Job.objects.filter(state=state) if state in JobState.values else Job.objects.all()
    after = request.GET.get("after", "")
    if after.isdigit() and len(after) < 19:
        jobs = jobs.filter(pk__lt=int(after))
    found = list(jobs.order_by("-id")[: SIZE + 1])
    counts = dict(Job.objects.order_by().values_list("state").annotate(Count("pk")))
    return {
        "jobs": [dressed(job) for job in found[:SIZE]],
        "next": found[SIZE - 1].pk if len(found) > SIZE else None,
        "state": state,
        "states": [(one.value, title, counts.get(one, 0)) for one, title in STATE_TITLES.items()],
        "is_any_under_way": any(counts.get(one) for one in JobState if one not in ENDED),
        "is_first": not after,
        "set_aside": HeldEvent.objects.filter(state=HeldState.SET_ASIDE).count(),
    }
