# SPDX-License-Identifier: Apache-2.0
"""The nouns of notices: what somebody is told, each way by which it went, how people want to be told, and subscriptions.

Addresses are sealed. A notice and a delivery hold none: who is told is looked up, and unsealed, when it is sent.
"""

from __future__ import annotations

from django.db import models

from belltower.core.access.models import User
from belltower.core.cases.models import Case, Report
from belltower.core.notices.kinds import Channel, DeliveryState, NoticeKind
from belltower.kernel.identity import uuid7
from belltower.kernel.texts import Text

WHO = ("person", "party", "report", "subscription")


class ChannelSetting(models.Model):
    """That a person, or a party, wants to be told by ``channel`` too.

    ``address_sealed`` is where to, under the row's own key: an address of the web, or what the channel calls somebody. A
    person's e-mail and telephone are those of their account. ``secret_sealed`` signs what goes to a webhook.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    person = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="channels")
    party = models.ForeignKey(
        "places.Party", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="channels"
    )
    channel = models.CharField(max_length=12)
    is_on = models.BooleanField(default=True)
    language = models.CharField(max_length=8, default="zh")
    address_sealed = models.BinaryField(null=True)
    secret_sealed = models.BinaryField(null=True)

    class Meta:
        db_table = "notices_channel"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "party", "channel"], nulls_distinct=False, name="notices_channel_once"
            ),
            models.CheckConstraint(
                condition=models.Q(person__isnull=True) ^ models.Q(party__isnull=True), name="notices_channel_whose"
            ),
        ]

    @property
    def reference(self) -> str:
        """The setting as the key of its address names it."""
        return f"notices.channel:{self.uid}"


class AreaSubscription(models.Model):
    """A resident's wish to be told what happens in an area. Nothing is sent before ``confirmed_at``, nor after ``ended_at``.

    ``email_sealed`` is under the subscription's own key, which is destroyed with its end. ``digest`` is keyed and empty then:
    it tells that an address asked before, and nothing else.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    area = models.ForeignKey("places.Area", on_delete=models.PROTECT, db_constraint=False, related_name="subscriptions")
    language = models.CharField(max_length=8, default="zh")
    email_sealed = models.BinaryField()
    digest = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices_subscription"
        ordering = ["id"]
        indexes = [models.Index(fields=["digest"], name="notices_subscription_digest")]

    @property
    def reference(self) -> str:
        """The subscription as the key of its address names it."""
        return f"notices.subscription:{self.uid}"


class Notice(models.Model):
    """That somebody is told something of a step with a case, once. Exactly one of person, party, report, subscription.

    ``number`` and ``title`` are the case's as whoever is told may know them: residents read its kind, never the desk's words.
    ``step`` is the number of the step. ``about`` is small JSON without personal data: the rung, into which case.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=12)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, db_constraint=False, related_name="notices")
    step = models.IntegerField(default=0)
    number = models.CharField(max_length=20, blank=True)
    title = models.JSONField(default=dict)
    about = models.JSONField(default=dict)
    person = models.ForeignKey(User, null=True, on_delete=models.PROTECT, db_index=False, related_name="notices")
    party = models.ForeignKey(
        "places.Party", null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    report = models.ForeignKey(Report, null=True, on_delete=models.PROTECT, db_index=False, related_name="notices")
    subscription = models.ForeignKey(
        AreaSubscription, null=True, on_delete=models.PROTECT, db_index=False, related_name="notices"
    )
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices_notice"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["person", "-id"], name="notices_notice_person"),
            models.Index(
                fields=["person"], condition=models.Q(read_at__isnull=True, person__isnull=False), name="notices_unread"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "step", "kind", *WHO], nulls_distinct=False, name="notices_notice_once",
                condition=models.Q(case__isnull=False),
            )
        ]  # fmt: skip

    @property
    def name(self) -> Text:
        """The case's title, as whoever is told may know it."""
        return Text.read(self.title) if self.title else Text(zh=self.number)

    @property
    def what(self) -> Text:
        return NoticeKind(self.kind).text


class Delivery(models.Model):
    """One notice by one channel: how often it was tried, when next, and what the other side answered at last.

    ``answer`` holds no address. ``sent_at`` is when the other side took it.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, db_index=False, related_name="deliveries")
    channel = models.CharField(max_length=12)
    state = models.CharField(max_length=12, default=DeliveryState.QUEUED.value)
    attempts = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "notices_delivery"
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(state__in=["queued", "failed"]), name="notices_delivery_due"
            )
        ]
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="notices_delivery_once")]

    @property
    def by(self) -> Text:
        return Channel(self.channel).text

    @property
    def how(self) -> Text:
        return DeliveryState(self.state).text
