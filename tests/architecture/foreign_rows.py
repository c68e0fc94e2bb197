# SPDX-License-Identifier: Apache-2.0
"""The rows of the other enterprise, which a walk as ours must leave as they were."""

from __future__ import annotations

from typing import Any

from belltower.core.access.models import Grant, User
from belltower.core.alarms.models import Alarm, Command, Definition
from belltower.core.attachments.models import Attachment
from belltower.core.campaigns.models import Campaign, Milestone, Project, Slip
from belltower.core.cases.models import Case, CaseStep, Remark, Report
from belltower.core.duty.models import Call, Desk, HandOver, LogLine, Shift
from belltower.core.evidence.models import Evidence
from belltower.core.fieldwork.models import Act
from belltower.core.jobs.models import Job
from belltower.core.learning.models import Exam, Sitting
from belltower.core.notices.models import ChannelSetting, Notice
from belltower.core.observations.models import Datastream
from belltower.core.places.models import Asset, Load, Party, SavedView
from belltower.core.places.scope import EVERYTHING, seen_as
from tests.scenes.two_enterprises import TwoEnterprises


def theirs(city: TwoEnterprises) -> list[Any]:
    """Every row of theirs, as a superuser would read it."""
    with seen_as(EVERYTHING):
        things = city.theirs.things
        rows = [
            Asset.objects.filter(owner=city.theirs.party), Party.objects.filter(uid=things["party"]), Load.objects.filter(uid=things["load"]),
            Job.objects.filter(uid=things["job"]), SavedView.objects.filter(uid=things["view"]), User.objects.filter(uid=things["user"]),
            Grant.objects.filter(uid=things["grant"]), Attachment.objects.filter(uid=things["file"]),
            Alarm.objects.filter(uid=things["alarm"]), Definition.objects.filter(alarm__uid=things["alarm"]),
            Exam.objects.filter(uid=things["exam"]), Sitting.objects.filter(exam__uid=things["exam"]),
            Command.objects.filter(alarm__uid=things["alarm"]), Datastream.objects.filter(uid=things["stream"]),
            Campaign.objects.filter(uid=things["campaign"]), Project.objects.filter(plan__uid=things["plan"]),
            Case.objects.filter(uid=things["case"]), CaseStep.objects.filter(case__uid=things["case"]),
            Evidence.objects.filter(case__uid=things["case"]), Act.objects.filter(case__uid=things["case"]),
            Report.objects.filter(case__uid=things["case"]), Remark.objects.filter(case__uid=things["case"]),
            Notice.objects.filter(person__uid=things["user"]), ChannelSetting.objects.filter(party=city.theirs.party),
            Milestone.objects.filter(project__plan__uid=things["plan"]), Slip.objects.filter(milestone__uid=things["milestone"]),
            *(rows.filter(**{f"{way}code": things["desk"]}) for rows, way in (
                (Desk.objects, ""), (Shift.objects, "desk__"), (HandOver.objects, "shift__desk__"),
                (LogLine.objects, "shift__desk__"), (Call.objects, "shift__desk__"))),
        ]  # fmt: skip
        return [sorted(map(repr, each.values_list())) for each in rows]
