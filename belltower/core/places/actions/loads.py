# SPDX-License-Identifier: Apache-2.0
"""What is done with a file on its way into the city: receive it, propose and choose a mapping, load it, hand out its rest."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils import timezone

from belltower.core.jobs.actions import ask
from belltower.core.jobs.models import Job
from belltower.core.ledger.entries import action
from belltower.core.places import city
from belltower.core.places.loading.areas import load_areas
from belltower.core.places.loading.assets import Progress, load_assets, nobody_listens
from belltower.core.places.loading.errors import BadMapping, FileTooLarge, WhichKind
from belltower.core.places.loading.guard import guarded
from belltower.core.places.loading.mapping import AREAS, ColumnMapping, check
from belltower.core.places.loading.preview import Preview, preview_assets
from belltower.core.places.loading.proposals import Proposal, propose_areas, propose_assets
from belltower.core.places.loading.readers import Source, open_file
from belltower.core.places.loading.readers.source import GEOMETRY
from belltower.core.places.loading.report import LoadReport
from belltower.core.places.models import KeptAside, Load, LoadState, Mapping
from belltower.kernel.actors import Actor
from belltower.kernel.errors import Conflict, NotFound
from belltower.kernel.packs import AssetKind
from belltower.kernel.texts import Text

WORK = "places.load"
LARGEST_MIB = 4096
REASON = "reason"
_PART = 1 << 20
_SAVED = Text(zh="已按保存的列对应“{name}”填写", en="Filled in from the saved mapping '{name}'.")
_LOADING = Text(zh="正在导入", en="it is being loaded")
_LOADED = Text(zh="已经导入", en="it has been loaded")


@action("places.receive_file")
def receive_file(stream: IO[bytes], name: str, *, by: Actor, largest_mib: int = LARGEST_MIB) -> Load:
    """Store a file under the digest of its content and open a load for it. Raises FileTooLarge."""
    name = Path(name.replace("\\", "/")).name[-255:] or "file"
    stored, digest = _store(stream, name, largest_mib)
    return Load.objects.create(
        target="", file_name=name, stored_as=stored, digest=digest, crs="", by=by.name, state=LoadState.UPLOADED
    )


def propose(load: Load, *, target: str | None = None, crs: str | None = None) -> Proposal:
    """What the file probably is. A mapping saved for a file of the same columns is proposed again, unchanged.

    ``target`` is ``areas`` or a kind, where a person has said it; ``crs`` likewise. Raises UnreadableFile.
    """
    return propose_for(open_load(load), target=target, crs=crs)


def propose_for(source: Source, *, target: str | None = None, crs: str | None = None) -> Proposal:
    """As propose, for a file that is open already."""
    if target == AREAS:
        proposal = propose_areas(source, crs=crs)
    else:
        proposal = propose_assets(source, kinds(), city.current(), kind=target, crs=crs)
    saved = saved_for(source.shape.columns, areas=target == AREAS)
    if saved is None or (target and saved.target != target):
        return proposal
    mapping = ColumnMapping.read(saved.rules)
    mapping = replace(mapping, crs=crs) if crs else mapping
    warnings = (*proposal.warnings, _SAVED.format(name=saved.name))
    return Proposal(mapping, proposal.kinds or (mapping.target,), warnings)


def saved_for(columns: tuple[str, ...], *, areas: bool = False) -> Mapping | None:
    """The mapping last saved for files of exactly these columns; a column of reasons, which we add, does not count."""
    wanted = sorted(column for column in columns if column != REASON)
    found = Mapping.objects.filter(columns=wanted).order_by("-saved_at")
    return (found.filter(target=AREAS) if areas else found.exclude(target=AREAS)).first()


def preview(load: Load, mapping: ColumnMapping, *, now: datetime | None = None) -> Preview:
    """The first rows as ``mapping`` reads them. Raises what check raises; WhichKind for an unknown kind."""
    if mapping.target not in kinds():
        raise WhichKind(file=load.file_name, known=", ".join(sorted(kinds())))
    now = now or timezone.now()
    return preview_assets(open_load(load), mapping, kinds=kinds(), profile=city.current(), now=now)


@action("places.choose")
def choose(load: Load, mapping: ColumnMapping, *, by: Actor, save_as: str = "") -> Load:
    """Settle how the load is read, and keep the mapping under a name where one is given.

    Raises WhichKind, BadMapping, MissingColumns, or Conflict once the load has begun.
    """
    load = Load.objects.select_for_update().get(pk=load.pk)
    if load.state in (LoadState.LOADING, LoadState.LOADED):
        raise Conflict(thing=load.file_name, reason=_LOADING if load.state == LoadState.LOADING else _LOADED)
    known = kinds()
    if mapping.target != AREAS and mapping.target not in known:
        raise WhichKind(file=load.file_name, known=", ".join(sorted(known)))
    source = open_load(load)
    check(mapping, source.shape, load.file_name, None if mapping.column("kind") else known.get(mapping.target))
    load.target, load.crs, load.rules, load.state = mapping.target, mapping.crs, mapping.as_json(), LoadState.READY
    load.save(update_fields=["target", "crs", "rules", "state"])
    if save_as.strip():
        save_mapping(save_as.strip(), mapping, source.shape.columns, by=by)
    return load


def mapping_named(name: str) -> ColumnMapping:
    """The mapping saved under that name. Raises NotFound."""
    found = Mapping.objects.filter(name=name).first()
    if found is None:
        raise NotFound(noun="mapping", name=name)
    return ColumnMapping.read(found.rules)


@action("places.save_mapping")
def save_mapping(name: str, mapping: ColumnMapping, columns: tuple[str, ...], *, by: Actor) -> Mapping:
    """Keep a mapping under a name, for files of these columns; the same name is written over."""
    wanted = sorted(column for column in columns if column != REASON)
    facts = {"target": mapping.target, "columns": wanted, "rules": mapping.as_json(), "saved_by": by.name}
    return Mapping.objects.update_or_create(name=name[:120], defaults=facts)[0]


@action("places.ask_load")
def ask_load(load: Load, *, by: Actor, why: str, dry_run: bool = False) -> Job:
    """Ask for the load (or its dry run) as a job. Raises Conflict when it has been loaded, BadMapping without mapping."""
    load = Load.objects.select_for_update().get(pk=load.pk)
    if load.state == LoadState.LOADED:
        raise Conflict(thing=load.file_name, reason=_LOADED)
    if load.rules is None:
        raise BadMapping(Text(zh="尚未选择列对应", en="no mapping has been chosen"))
    title = _TITLE_DRY if dry_run else _TITLE
    job = ask(
        WORK,
        by=by,
        why=why,
        title=title.format(file=load.file_name),
        arguments={"load": str(load.uid), "dry_run": dry_run},
    )
    load.job_uid = job.uid
    load.save(update_fields=["job_uid"])
    return job


_TITLE = Text(zh="导入 {file}", en="Load {file}")
_TITLE_DRY = Text(zh="试运行导入 {file}", en="Dry run of loading {file}")


def run(
    load: Load,
    *,
    by: Actor,
    now: datetime | None = None,
    dry_run: bool = False,
    progress: Progress = nobody_listens,
) -> LoadReport:
    """Load the file as chosen: rows, kept-aside rows and report are there together or not at all.

    A load that is done already is told again, not done again. Raises the refusals of the file, noted on the load.
    """
    load.refresh_from_db()
    if load.state == LoadState.LOADED and load.report is not None:
        return LoadReport.read(load.report)
    if load.rules is None:
        raise BadMapping(Text(zh="尚未选择列对应", en="no mapping has been chosen"))
    mapping, now = ColumnMapping.read(load.rules), now or timezone.now()
    if not dry_run:
        _note(load, LoadState.LOADING, by=by)
    try:
        report = _run(load, mapping, by=by, now=now, dry_run=dry_run, progress=progress)
    except Exception:
        if not dry_run:
            _note(load, LoadState.FAILED, by=by)
        raise
    if dry_run:
        load.report = report.as_json()
        _note(load, load.state, is_dry_run=True, by=by)
    return report


def _run(
    load: Load, mapping: ColumnMapping, *, by: Actor, now: datetime, dry_run: bool, progress: Progress
) -> LoadReport:
    return _bring(open_load(load), mapping, by=by, now=now, load=load, dry_run=dry_run, progress=progress)


def try_file(
    source: Source,
    mapping: ColumnMapping,
    *,
    by: Actor,
    now: datetime | None = None,
    progress: Progress = nobody_listens,
) -> LoadReport:
    """What loading the file would do, exactly; nothing is stored or written."""
    return _bring(source, mapping, by=by, now=now or timezone.now(), load=None, dry_run=True, progress=progress)


def _bring(
    source: Source,
    mapping: ColumnMapping,
    *,
    by: Actor,
    now: datetime,
    load: Load | None,
    dry_run: bool,
    progress: Progress,
) -> LoadReport:
    if mapping.target == AREAS:
        on = now.astimezone(city.current().tz).date()
        return load_areas(source, mapping, by=by, on=on, load=load, dry_run=dry_run, progress=progress)
    return load_assets(source, mapping, kinds=kinds(), by=by, now=now, load=load, dry_run=dry_run, progress=progress)


@action("places.note_load")
def _note(load: Load, state: str, *, by: Actor, is_dry_run: bool = False) -> None:
    load.state, load.is_dry_run = state, is_dry_run
    load.save(update_fields=["state", "is_dry_run", "report"])


def kept_aside_csv(load: Load) -> Iterator[str]:
    """The rows kept aside as CSV lines: the file's own columns and the reason, to correct and send again.

    Begins with a byte order mark, without which spreadsheets do not see that it is UTF-8.
    """
    shape = open_load(load).shape
    columns = [*shape.columns, *([GEOMETRY] if shape.has_geometry and GEOMETRY not in shape.columns else [])]
    yield "\ufeff" + _line([*columns, REASON])
    for kept in KeptAside.objects.filter(load=load).order_by("row_number").iterator(2000):
        reason = Text.read(kept.reason)
        said = " / ".join(dict.fromkeys((reason.say("zh"), reason.say("en"))))
        yield _line([*(guarded(kept.row.get(column, "")) for column in columns), guarded(said)])


def _line(cells: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def open_load(load: Load) -> Source:
    """The load's file, opened. Raises UnreadableFile."""
    return open_file(Path(settings.BELLTOWER_FILES) / load.stored_as, load.file_name)


def kinds() -> dict[str, AssetKind]:
    """Every declared kind of asset by name."""
    return dict(settings.BELLTOWER_REGISTER.kinds)


def _store(stream: IO[bytes], name: str, largest_mib: int) -> tuple[str, str]:
    """Where the content is stored (relative to the files' folder) and its SHA-256; the same content is stored once."""
    root = Path(settings.BELLTOWER_FILES)
    root.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=root, delete=False) as file:
        try:
            while part := stream.read(_PART):
                size += len(part)
                if size > largest_mib << 20:
                    raise FileTooLarge(file=name, limit_mib=largest_mib)
                digest.update(part)
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    end = re.sub(r"[^.a-z0-9]", "", Path(name).suffix.lower())[:12]
    stored = Path("loads") / digest.hexdigest()[:2] / f"{digest.hexdigest()}{end}"
    (root / stored).parent.mkdir(parents=True, exist_ok=True)
    os.replace(file.name, root / stored)
    return str(stored), digest.hexdigest()
