# SPDX-License-Identifier: Apache-2.0
"""A head is handed to somebody outside: a file in a folder, a letter, a question to a time-stamping authority."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from dataclasses import dataclass
from email.utils import make_msgid
from pathlib import Path
from urllib.parse import urlsplit

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from belltower.core.ledger import keys, stamps
from belltower.core.ledger.anchor_rules import Anchoring, Way
from belltower.core.ledger.heads import TreeHead
from belltower.kernel.errors import Conflict
from belltower.kernel.texts import Text

_TIMEOUT_S = 20


class AnotherHead(Conflict):
    """Outside there is another head of the same size: the log was written anew, or the folder is another city's."""

    code = "another_head"
    sentence = Text(
        zh="{path} 中已有同一长度（{size}）但根不同的树头：账本可能被改写，或该文件夹属于另一套系统。请勿删除，运行 belltower ledger verify --since 核对。",
        en="{path} holds another head of the same size ({size}): the log was written anew, or the folder belongs to another "
        "installation. Keep the file, and run belltower ledger verify --since with it.",
    )


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What is kept of it: what the other side calls it, and its receipt where it gave one."""

    reference: str
    receipt: bytes | None = None


def hand_over(head: TreeHead, way: Way, wishes: Anchoring) -> HandedOver:
    """Hand ``head`` over. Raises OSError (mail and network errors are such), BadStamp, AnotherHead."""
    if way is Way.FOLDER:
        assert wishes.folder
        return HandedOver(into_folder(head, wishes.folder).name)
    if way is Way.MAIL:
        return HandedOver(_by_mail(head, wishes))
    assert wishes.tsa_roots
    receipt = stamps.ask(wishes.tsa, head.text, wishes.tsa_roots)
    return HandedOver(urlsplit(wishes.tsa).hostname or "", receipt)


def as_file(head: TreeHead) -> str:
    """The head as a file carries it: JSON, with the public key where it is still ours."""
    key = keys.signing_key()
    facts = {"format": "belltower head 1", **head.as_json()}
    if key.name == head.key:
        facts["public_key"] = key.public.hex()
    return json.dumps(facts, indent=2) + "\n"


def file_name(head: TreeHead) -> str:
    """head-000000001234.json: sorted by name, they are sorted by size."""
    return f"head-{head.size:012}.json"


def into_folder(head: TreeHead, folder: Path) -> Path:
    """Write the head's file there, whole or not at all. Raises AnotherHead, OSError."""
    path = folder / file_name(head)
    folder.mkdir(parents=True, exist_ok=True)
    if path.exists():
        if TreeHead.read(json.loads(path.read_text(encoding="utf-8"))).root != head.root:
            raise AnotherHead(thing=path.name, reason="", path=path, size=head.size)
        return path
    with tempfile.NamedTemporaryFile("w", dir=folder, prefix=".head-", delete=False, encoding="utf-8") as file:
        file.write(as_file(head))
        file.flush()
        os.fsync(file.fileno())
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)
    return path


def held_in(folder: Path) -> list[TreeHead]:
    """The heads that a folder holds, the smallest first; files that are none are passed over."""
    found = []
    for path in sorted(folder.glob("head-*.json")) if folder.is_dir() else []:
        with contextlib.suppress(ValueError, KeyError, TypeError, OSError):
            found.append(TreeHead.read(json.loads(path.read_text(encoding="utf-8"))))
    return found


def _by_mail(head: TreeHead, wishes: Anchoring) -> str:
    server = wishes.server
    assert server
    connection = EmailBackend(
        host=server.host, port=server.port, username=server.user, password=server.password,
        use_ssl=server.is_tls, use_tls=server.is_starttls, timeout=_TIMEOUT_S,
    )  # fmt: skip
    domain = wishes.mail_from.rpartition("@")[2] or "localhost"
    reference = make_msgid(domain=domain)
    letter = EmailMessage(
        subject=f"钟鼓楼账本树头 Belltower ledger head {head.size}",
        body=_LETTER.format(text=head.text, signature=head.signature.hex(), name=file_name(head)),
        from_email=wishes.mail_from,
        to=list(wishes.mail_to),
        headers={"Message-ID": reference},
        connection=connection,
    )
    letter.attach(file_name(head), as_file(head), "application/json")
    letter.send(fail_silently=False)
    return reference


_LETTER = """\
请保存此信。附件 {name} 是账本当前的签名树头：凭它可以发现此前的任何记录是否被改写。
Please keep this letter. {name} is the signed head of the ledger as it is now: with it, any later change of what was
written before can be found (belltower ledger verify --since {name}).

{text}
signature {signature}
"""
