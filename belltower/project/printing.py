# SPDX-License-Identifier: Apache-2.0
"""`belltower standards book|quiz|form|oscal|csv`: what is printed and exported of written standards. Nothing in the city changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from belltower.core.standards.clauses import Document, Role
from belltower.core.standards.outputs.book import PAPERS, Print, book
from belltower.core.standards.outputs.edition import Chosen, Edition, edition
from belltower.core.standards.outputs.exams import PASS_MARK, exam
from belltower.core.standards.outputs.forms import as_json, form, printed
from belltower.core.standards.outputs.oscal import catalogue
from belltower.core.standards.outputs.quiz import Item, bank
from belltower.core.standards.outputs.table import table
from belltower.core.standards.reading import read_document
from belltower.kernel.packs import Register
from belltower.packs import register as packs
from belltower.project import database, installation

FONTS = Path(__file__).parents[1] / "screens/console/static/built/fonts"
"""Where the front-end build puts the fonts for print."""
_DAY = click.option(
    "--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="With the values of that day; left out: of today."
)
_LANGUAGE = click.option("--language", type=click.Choice(["zh", "en", "both"]), default="zh", show_default=True)
_BY = click.option("--by", "publisher", default="", help="Who publishes it: the bureau's name.")


def _part(function: Callable[..., None]) -> Callable[..., None]:
    """The options that choose a part of the standards and a day, and where the file goes."""
    for option in (
        click.option("--file", "files", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
                     help="A standard of your own, instead of those of the installed packs; may be given again."),
        click.option("--in-force", is_flag=True, help="What is in force in the city on the day (needs its database), revisions made "
                     "in the console included."),
        click.option("--document", help="Only of that document (its id)."),
        click.option("--sector", help="Only of that sector (a pack's name)."),
        click.option("--role", type=click.Choice([str(role) for role in Role]), help="Only what that role answers for."),
        click.option("--to", "out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write."),
        _DAY,
    ):  # fmt: skip
        function = option(function)
    return function


@click.command("book")
@_part
@_LANGUAGE
@_BY
@click.option("--paper", type=click.Choice(PAPERS), default="a6", show_default=True)
@click.option("--address", default=None, help="Where people reach the console; left out: BELLTOWER_ADDRESS.")
@click.option("--with-ledger-head", is_flag=True, help="Print the ledger's newest head; needs the city's database.")
def book_(
    *, language: str, publisher: str, paper: str, address: str | None, with_ledger_head: bool, out: Path, **part: Any
) -> None:
    """Typeset the pocket book (口袋书), a PDF."""
    found, _ = _edition(**part)
    to = installation.read().address if address is None else address
    how = Print(FONTS, language=language, paper=paper, address=to, publisher=publisher)
    _write(out, book(found, replace(how, head=_head()) if with_ledger_head else how))
    if not to:
        click.echo("No QR codes: neither --address nor BELLTOWER_ADDRESS says where people reach the console.")
    _tell(out, found)


@click.command("quiz")
@_part
@click.option("--questions", type=int, help="Draw an exam of so many, instead of the whole bank.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed draws the same exam.")
@click.option("--pass-mark", type=float, default=PASS_MARK, show_default=True)
def quiz_(*, questions: int | None, seed: int, pass_mark: float, out: Path, **part: Any) -> None:
    """Write the bank of questions, or an exam drawn from it, as JSON."""
    found, _ = _edition(**part)
    items = bank(found)
    if questions is None:
        _write_json(out, {"day": str(found.day), "digest": found.digest, "questions": [_item(one) for one in items]})
    else:
        drawn = exam(items, questions, seed, pass_mark=pass_mark)
        put = [{"id": one.item.id, "question": one.item.question.as_json(), "right": one.right,
                "answers": [answer.as_json() for answer in one.answers]} for one in drawn.questions]  # fmt: skip
        _write_json(
            out, {"day": str(found.day), "digest": found.digest, "seed": seed, "pass_mark": pass_mark, "questions": put}
        )
    _tell(out, found)


@click.command("form")
@click.argument("kind")
@_part
@_LANGUAGE
@_BY
def form_(*, kind: str, language: str, publisher: str, out: Path, **part: Any) -> None:
    """Write the inspection form for things of KIND: a PDF, or JSON where the file is called so."""
    found, register = _edition(**part)
    made = form(found, register.kind(kind).name, register)
    if out.suffix == ".json":
        _write_json(out, as_json(made))
    else:
        _write(out, printed(made, fonts=FONTS, language=language, publisher=publisher))
    click.echo(f"{out}: {len(made.looks)} things to look at, {len(made.judged)} clauses, values of {found.day}")


@click.command("oscal")
@_part
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--title", default="城市标准 City standards", show_default=True)
def oscal_(*, language: str, title: str, out: Path, **part: Any) -> None:
    """Write an OSCAL catalogue (JSON)."""
    found, _ = _edition(**part)
    _write_json(out, catalogue(found, title=title, language=language))
    _tell(out, found)


@click.command("csv")
@_part
def csv_(*, out: Path, **part: Any) -> None:
    """Write a table for spreadsheets: a row for each clause and value in force."""
    found, _ = _edition(**part)
    _write(out, table(found))
    _tell(out, found)


outputs = (book_, quiz_, form_, oscal_, csv_)


def _edition(
    *,
    files: tuple[Path, ...],
    in_force: bool,
    document: str | None,
    sector: str | None,
    role: str | None,
    day: datetime | None,
) -> tuple[Edition, Register]:
    register = packs.discover()
    on = day.date() if day else datetime.now().astimezone().date()
    documents = _kept(on) if in_force else _written(files, register)
    return edition(
        documents, day=on, register=register, chosen=Chosen(document, sector, Role(role) if role else None)
    ), register


def _written(files: tuple[Path, ...], register: Register) -> list[Document]:
    written = [(str(file), file.read_text(encoding="utf-8")) for file in files] or [*packs.standards(register)]
    return [read_document(text, file=file, register=register) for file, text in written]


def _kept(day: date) -> list[Document]:
    with database.ready():
        from belltower.core.standards.revisions import documents_on

        return documents_on(day)


def _head() -> str:
    """The ledger's newest head, in one line; nothing while the ledger is empty."""
    with database.ready():
        from belltower.core.ledger.heads import sign_head

        head = sign_head(datetime.now(UTC))
    return f"{head.size} {head.root.hex()}" if head else ""


def _item(one: Item) -> dict[str, Any]:
    return {
        "id": one.id, "clause": one.clause, "origin": str(one.origin), "question": one.question.as_json(),
        "right": one.right.as_json(), "wrong": [answer.as_json() for answer in one.answers[1:]],
        "why": one.why.as_json() if one.why else None,
    }  # fmt: skip


def _write(out: Path, made: bytes) -> None:
    out.write_bytes(made)


def _write_json(out: Path, made: dict[str, Any]) -> None:
    out.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _tell(out: Path, found: Edition) -> None:
    click.echo(
        f"{out}: {len(found.clauses)} clauses of {len(found.chapters)} documents, values of {found.day}, digest {found.digest[:16]}"
    )
