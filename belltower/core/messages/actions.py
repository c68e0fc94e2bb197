# SPDX-License-Identifier: Apache-2.0
"""The verbs of the message board: put a tree and a model into use, say what a message is about, join two, take them apart.

Importing is in importing.py. A case made of a message is another room's: it reads the message with its label.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from belltower.core.ledger.entries import action, record
from belltower.core.ledger.personal import Erased, unseal_many
from belltower.core.messages.classifying import labels
from belltower.core.messages.errors import LinkParted, NoSuchLabel, NotAModel
from belltower.core.messages.models import Category, Decided, Link, Message, Purpose, Trained, Verdict
from belltower.kernel.actors import Actor
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text

MESSAGE = Text(zh="留言", en="message")
LINK = Text(zh="留言关联", en="link of messages")
THRESHOLD = 0.7


@action("messages.put_categories")
def put_categories(paths: Iterable[Sequence[str]], *, by: Actor) -> int:
    """Put the tree's places into it, each as names from the top; how many were new. Nothing is taken out."""
    known = {one.key: one for one in Category.objects.all()}
    new = 0
    for path in paths:
        parent: Category | None = None
        names = [name.strip() for name in path if name.strip()]
        for level, name in enumerate(names, start=1):
            key = "/".join(names[:level])
            if key not in known:
                known[key] = Category.objects.create(key=key, name={"zh": name}, level=level, parent=parent)
                new += 1
            parent = known[key]
    return new


@action("messages.use_model")
def use_model(
    content: bytes, *, threshold: float = THRESHOLD, by: Actor, now: datetime, purpose: Purpose = Purpose.BOARD,
    labels_known: Collection[str] | None = None,
) -> Trained:  # fmt: skip
    """Put a trained model into use from now on; the one before is retired. What was classified stays.

    With ``labels_known`` a model that answers anything else is refused.

    ``threshold`` is the chance below which a person is asked. Raises NotAModel.
    """
    from belltower.analytics.text.keeping import read

    try:
        model = read(content)
    except ValueError as why:
        raise NotAModel(reason=Text(zh=str(why), en=str(why))) from None
    if not 0 <= threshold <= 1:
        raise NotAModel(reason=Text(zh="阈值应在 0 与 1 之间", en="its threshold must lie between 0 and 1"))
    if labels_known is not None and (strange := sorted(set(model.labels) - set(labels_known))):
        named = ", ".join(strange)[:200]
        raise NotAModel(
            reason=Text(zh=f"它的类别不是案卷类型：{named}", en=f"its labels are no kinds of case: {named}")
        )
    for before in Trained.objects.filter(retired_at=None, purpose=purpose).defer("content"):
        before.retired_at = now
        before.save(update_fields=["retired_at"])
    return Trained.objects.create(
        content=content, stored=hashlib.sha256(content).hexdigest(), digest=model.digest, labels=list(model.labels),
        texts=model.texts, threshold=threshold, put_at=now, put_by=by.reference, purpose=purpose,
    )  # fmt: skip


@action("messages.decide")
def decide(message: Message, label: str, *, by: Actor, now: datetime) -> Verdict:
    """Say what a message is about; what the model had said is kept beside it. Raises NoSuchLabel, NotFound."""
    if label not in labels():
        raise NoSuchLabel(label=label)
    row = Message.objects.select_for_update(of=("self",)).filter(pk=message.pk).first()
    if row is None:
        raise NotFound(noun=MESSAGE, name=message.uid)
    verdict = Verdict.objects.create(
        message=row, label=label, was=row.label, was_confidence=row.confidence, by=by.reference, at=now
    )
    row.label, row.confidence, row.decided_by, row.is_unsure = label, None, Decided.PERSON, False
    row.save(update_fields=["label", "confidence", "decided_by", "is_unsure"])
    return verdict


@action("messages.part")
def part(link: Link, *, by: Actor, now: datetime) -> Link:
    """Take two joined messages apart. They are not joined again by likeness. Raises LinkParted, NotFound."""
    row = Link.objects.select_for_update(of=("self",)).filter(pk=link.pk).first()
    if row is None:
        raise NotFound(noun=LINK, name=link.uid)
    if row.parted_at is not None:
        raise LinkParted()
    row.parted_at, row.parted_by = now, by.reference
    row.save(update_fields=["parted_at", "parted_by"])
    return row


def taught() -> list[tuple[str, str]]:
    """Texts that a person said the category of, with their last word: what the next training learns besides."""
    rows = Message.objects.filter(decided_by=Decided.PERSON).order_by("pk")
    return [(one.whole, one.label) for one in rows.iterator(chunk_size=2_000)]


def look_at_writer(message: Message, *, by: Actor) -> tuple[str | Erased | None, str | Erased | None]:
    """Name and telephone of who wrote it, unmasked. The look is an entry of the ledger."""
    subject = message.writer_subject
    record("messages.writer_read", by=by, subject=subject, about={"message": str(message.uid)})
    name, phone = unseal_many([(subject, "name", message.name_sealed), (subject, "phone", message.phone_sealed)])
    return name, phone
