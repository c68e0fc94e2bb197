# SPDX-License-Identifier: Apache-2.0
"""`belltower messages`: train a classifier of citizens' messages from labelled files, see how good it is, use it on a city's messages."""

from __future__ import annotations

import gzip
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from belltower.kernel.actors import Actor
from belltower.kernel.instants import now
from belltower.project import database

if TYPE_CHECKING:
    from belltower.analytics.text.classifying import Classifier

BY = Actor.system("belltower messages")
_SHOWN = 10
_MODEL_NAME = "messages-model.npz"
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_GZIP = b"\x1f\x8b"


@click.group()
def command() -> None:
    """Citizens' messages: a classifier of their texts, and the messages of this city."""


@command.command()
@click.argument("files", nargs=-1, required=True, type=_FILE, metavar="FILE...")
@click.option("--text", "texts", multiple=True, required=True, metavar="COL", help="A column of the text, the subject first; may be given again, or as COL,COL.")  # fmt: skip
@click.option("--label", required=True, metavar="COL", help="The column that says what the text is about.")
@click.option("--model", "path", type=click.Path(dir_okay=False, path_type=Path), help="Where to keep the model.")
@click.option("--answers", is_flag=True, help="Learn from what people of this city answered as well.")
def train(files: tuple[Path, ...], texts: tuple[str, ...], label: str, path: Path | None, answers: bool) -> None:
    """Learn from FILE... (CSV, XLSX, also .gz), raw texts and texts cut into words alike.

    Of the columns named by --text a file may have some only: those it has are taken, in the order given. Near-duplicates
    never stand on both sides of the split that calibrates. What was learnt from is told by its digest.
    """
    from belltower.analytics.text.classifying import train as learn

    began, columns = time.perf_counter(), _columns(texts)
    read = [pair for file in files for pair in _labelled(file, columns, label)] + (_answered() if answers else [])
    try:
        model = learn(*_apart(read), columns=(*columns, label), tell=_say)
    except ValueError as why:
        raise click.ClickException(str(why)) from None
    path = path or _usual()
    _keep(model, path)
    took = time.perf_counter() - began
    told = {"model": str(path), "texts": model.texts, "labels": list(model.labels), "digest": model.digest, "train_s": round(took, 2)}  # fmt: skip
    click.echo(json.dumps(told, ensure_ascii=False))


@command.command()
@click.argument("file", type=_FILE)
@click.option("--text", "texts", multiple=True, metavar="COL", help="As for train; left out: the columns it was trained with.")  # fmt: skip
@click.option("--label", metavar="COL", help="Left out: the column it was trained with.")
@click.option("--model", "path", type=_FILE, help="The model; left out: the one trained last.")
def evaluate(file: Path, texts: tuple[str, ...], label: str | None, path: Path | None) -> None:
    """Ask the model about the texts of FILE and print, as JSON, accuracy, macro-F1, confusion and calibration."""
    from belltower.analytics.text.evaluating import evaluate as judge

    model = _kept(path or _usual())
    columns = _columns(texts) or model.columns[:-1]
    label = label or (model.columns[-1] if model.columns else "")
    read, of = _apart(list(_labelled(file, columns, label)))
    if not read:
        raise click.ClickException(f"{file.name} has no text with a label")
    model.chances(read[:1])  # what is compiled at the first call is not of the speed
    began = time.perf_counter()
    found = judge(model, read, of)
    took = time.perf_counter() - began
    click.echo(json.dumps(found.as_json() | {"texts_per_s": round(len(read) / took), "digest": model.digest}, ensure_ascii=False))  # fmt: skip


@command.command()
@click.argument("file", type=_FILE)
def categories(file: Path) -> None:
    """Put the bureau's tree into the city: FILE has a column a level, from the top down."""
    from belltower.core.places.loading.readers import open_file
    from belltower.core.places.loading.readers.source import as_text

    with database.ready(), _unpacked(file) as plain:
        from belltower.core.messages.actions import put_categories

        source = open_file(plain, file.name.removesuffix(".gz"))
        columns = source.shape.columns
        paths = [[as_text(chunk.values[name][at]) for name in columns] for chunk in source.chunks() for at in range(len(chunk.rows))]  # fmt: skip
        click.echo(f"{put_categories(paths, by=BY):,} new of {len(paths):,}")


@command.command()
@click.argument("path", required=False, type=_FILE, metavar="[MODEL]")
@click.option("--threshold", type=click.FloatRange(0, 1), default=0.7, show_default=True, help="Below this chance a person is asked.")  # fmt: skip
@click.option("--for-kinds", is_flag=True, help="The labels are kinds of case: the public form suggests them.")
def use(path: Path | None, threshold: float, for_kinds: bool) -> None:
    """Put a trained MODEL (left out: the one trained last) into use for this city's messages, or for its public form."""
    _kept(path or _usual())
    with database.ready():
        from belltower.core.messages.actions import use_model
        from belltower.core.messages.models import Purpose
        from belltower.core.receiving.suggesting import offered

        put = use_model(
            (path or _usual()).read_bytes(), threshold=threshold, by=BY, now=now(),
            purpose=Purpose.KINDS if for_kinds else Purpose.BOARD,
            labels_known={one.name for one in offered()} if for_kinds else None,
        )  # fmt: skip
    click.echo(f"{put.uid}: {len(put.labels)} labels, learnt from {put.texts:,} texts; below {put.threshold:g} a person is asked")  # fmt: skip


@command.command()
@click.argument("file", type=_FILE)
@click.option("--column", "said", multiple=True, metavar="TARGET=COL", help="Which column is what, where its name does not tell; may be given again.")  # fmt: skip
def load(file: Path, said: tuple[str, ...]) -> None:
    """Bring the messages of FILE (CSV, XLSX, also .gz) into the city, classify them and join those that say the same."""
    columns = dict(one.split("=", 1) for one in said if "=" in one)
    with database.ready(), _unpacked(file) as plain:
        from belltower.core.messages.importing import import_file
        from belltower.core.messages.joining import join_alike

        batch = import_file(plain, name=file.name.removesuffix(".gz"), columns=columns, by=BY, now=now())
        joined = join_alike(by=BY, now=now())
        click.echo(f"{batch.rows:,} rows: {batch.taken:,} taken, {batch.known:,} known already, {batch.kept_aside:,} kept aside; {joined:,} joined")  # fmt: skip
        for one in batch.aside.all()[:_SHOWN]:
            click.echo(f"  row {one.row}: {one.why.zh} {one.why.en}", err=True)


def _answered() -> list[tuple[str, str]]:
    with database.ready():
        from belltower.core.messages.actions import taught

        return taught()


def _columns(given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.strip() for each in given for name in each.split(",") if name.strip())


def _labelled(path: Path, columns: tuple[str, ...], label: str) -> Iterator[tuple[str, str]]:
    """Texts and labels of a file; rows without either are left out. Raises ClickException where columns are missing."""
    from belltower.analytics.text.normalising import joined
    from belltower.core.places.loading.readers import open_file
    from belltower.core.places.loading.readers.source import as_text

    with _unpacked(path) as plain:
        source = open_file(plain, path.name.removesuffix(".gz"))
        there = [name for name in columns if name in source.shape.columns]
        if not there or label not in source.shape.columns:
            raise click.ClickException(f"{path.name} has the columns {', '.join(source.shape.columns)}: name those of the text and the label")  # fmt: skip
        for chunk in source.chunks():
            parts = zip(*(map(as_text, chunk.values[name]) for name in there), strict=True)
            for cells, of in zip(parts, chunk.values[label], strict=True):
                text, named = joined(cells), as_text(of).strip()
                if text.strip() and named:
                    yield text, named


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    with path.open("rb") as file:
        is_packed = file.read(2) == _GZIP
    if not is_packed:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / path.name.removesuffix(".gz")
        with gzip.open(path) as packed, plain.open("wb") as out:
            shutil.copyfileobj(packed, out)
        yield plain


def _apart(read: list[tuple[str, str]]) -> tuple[list[str], list[str]]:
    return [text for text, _ in read], [label for _, label in read]


def _usual() -> Path:
    from belltower.project.installation import read

    return read().home / _MODEL_NAME


def _keep(model: Classifier, path: Path) -> None:
    """All of it or nothing: another process may be reading the one before."""
    from belltower.analytics.text.keeping import as_bytes

    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(as_bytes(model))
    beside.replace(path)


def _kept(path: Path) -> Classifier:
    from belltower.analytics.text.keeping import read

    if not path.is_file():
        raise click.ClickException(f"there is no model at {path}: train one with `belltower messages train`")
    try:
        return read(path.read_bytes())
    except ValueError as why:
        raise click.ClickException(str(why)) from None


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
