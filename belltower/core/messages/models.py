# SPDX-License-Identifier: Apache-2.0
"""The nouns of the message board: messages, the tree they are classified into, the models that do it, what people say of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from belltower.kernel.identity import uuid7
from belltower.kernel.texts import Text

LABEL_LIMIT = 300


class Category(models.Model):
    """A place in the bureau's own tree; ``key`` is the names from the top, with a slash between."""

    key = models.CharField(max_length=LABEL_LIMIT, unique=True)
    name = models.JSONField()
    level = models.IntegerField()
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")

    class Meta:
        db_table = "messages_category"
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key

    @property
    def title(self) -> Text:
        return Text.read(self.name)


class Purpose(models.TextChoices):
    """What a model's labels are: places in the bureau's tree, or kinds of case."""

    BOARD = "board", _("Categories of messages")
    KINDS = "kinds", _("Kinds of case")


class Trained(models.Model):
    """A classifier as it was trained (analytics/text/keeping.py); the newest of its purpose that was not retired is in use.

    An answer less sure than ``threshold`` goes to a person. ``digest`` is of the texts it learnt from, ``stored`` of its bytes.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    content = models.BinaryField()
    purpose = models.CharField(max_length=10, choices=Purpose, default=Purpose.BOARD, db_default=Purpose.BOARD)
    stored = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    labels = models.JSONField()
    texts = models.IntegerField()
    threshold = models.FloatField()
    put_at = models.DateTimeField()
    put_by = models.CharField(max_length=120)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "messages_trained"
        ordering = ["-put_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(threshold__gte=0, threshold__lte=1), name="messages_threshold")
        ]

    def __str__(self) -> str:
        return str(self.uid)


class Batch(models.Model):
    """One file that was imported: which, by which mapping of columns, and what came of its rows."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    file = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    columns = models.JSONField()
    rows = models.IntegerField(default=0)
    taken = models.IntegerField(default=0)
    known = models.IntegerField(default=0)
    kept_aside = models.IntegerField(default=0)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)

    class Meta:
        db_table = "messages_batch"
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.file} {self.at}"


class KeptAside(models.Model):
    """A row that could not be read: its number in the file, why, and its cells but for those about the writer."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="aside")
    row = models.IntegerField()
    reason = models.JSONField()
    values = models.JSONField()

    class Meta:
        db_table = "messages_kept_aside"
        ordering = ["batch_id", "row"]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.row}"

    @property
    def why(self) -> Text:
        return Text.read(self.reason)


class Decided(models.TextChoices):
    """Who said what a message is about."""

    MODEL = "model", _("The model")
    PERSON = "person", _("A person")


class Message(models.Model):
    """What a resident wrote, and what it is about.

    ``number`` is the board's own. ``writer`` stands for whoever wrote it without saying who: the same for the same name
    and telephone, which are sealed for that subject. ``label`` is a category's key or another label that the model was
    taught; ``confidence`` a calibrated chance, None where a person said it. ``is_unsure`` waits for a person.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="messages")
    number = models.CharField(max_length=60)
    subject = models.CharField(max_length=500)
    text = models.TextField()
    at = models.DateTimeField()
    area = models.ForeignKey("places.Area", null=True, on_delete=models.PROTECT, related_name="+")
    votes = models.IntegerField(default=0)
    writer = models.CharField(max_length=40)
    name_sealed = models.BinaryField(null=True)
    phone_sealed = models.BinaryField(null=True)
    label = models.CharField(max_length=LABEL_LIMIT)
    confidence = models.FloatField(null=True)
    decided_by = models.CharField(max_length=10, choices=Decided)
    is_unsure = models.BooleanField(default=False)
    trained = models.ForeignKey(Trained, null=True, on_delete=models.PROTECT, related_name="+")
    reply = models.TextField()
    replied_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "messages_message"
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~models.Q(number=""), name="messages_message_number")
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="messages_message_at"),
            models.Index(fields=["label", "-at"], name="messages_message_label"),
            models.Index(
                fields=["confidence", "id"], condition=models.Q(is_unsure=True), name="messages_message_queue"
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def whole(self) -> str:
        """Subject and text, as they are classified."""
        return "\n".join(part for part in (self.subject, self.text) if part)

    @property
    def writer_subject(self) -> str:
        """For whom name and telephone are sealed (ledger/personal.py)."""
        return f"messages.writer:{self.writer}"


class Verdict(models.Model):
    """What a person said a message is about, and what the model had said: kept, and learnt from in the next training."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="verdicts")
    label = models.CharField(max_length=LABEL_LIMIT)
    was = models.CharField(max_length=LABEL_LIMIT)
    was_confidence = models.FloatField(null=True)
    by = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        db_table = "messages_verdict"
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.message_id} {self.label}"


class Link(models.Model):
    """Two messages that say the same, ``first`` the earlier. ``evidence`` says why; taken apart again it stays, and is not made anew."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    first = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="later")
    second = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="earlier")
    evidence = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    parted_at = models.DateTimeField(null=True)
    parted_by = models.CharField(max_length=120)

    class Meta:
        db_table = "messages_link"
        ordering = ["-made_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="messages_link_once")]

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id}"
