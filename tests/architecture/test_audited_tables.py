# SPDX-License-Identifier: Apache-2.0
"""Every table is under the ledger, or is left out for a reason that stands here; and every column of it counts, or is derived."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

from belltower.core.ledger.models import Form

pytestmark = pytest.mark.django_db

LEFT_OUT = {
    "ledger_": "the ledger itself, which nobody may change, and the outbox, which only carries what entries tell",
    "procrastinate_": "the queue behind jobs_job, which is what counts",
    "django_": "which migrations ran, kinds of content, and Django's own",
    "auth_": "Django's groups and permissions, which nothing here uses",
    "access_session": "who is signed in just now; signing in and out are entries of the security log",
    "access_tally": "failed attempts, forgotten after a quarter of an hour; a lock-out is an entry",
    "places_kept_aside": "rows of a file that were not taken: the file's digest is in its load's entry",
    "places_numbering": "the last number given: the codes themselves are in the assets' entries",
    "places_pyramid": "derived from assets",
    "places_tile": "derived from assets",
    "places_stored_tile": "derived from assets",
    "places_stamp": "derived from assets",
    "places_area_stamp": "derived from areas",
    "places_seen": "derived from kinds",
    "observations_reading": "proved by the batch: each has a digest, which an entry a minute commits to (decision 0060)",
    "observations_batch": "the digests that those entries commit to",
    "observations_lake_mark": "that a day was written to while it was being closed; gone when it is",
    "observations_latest": "derived from readings",
    "observations_detail": "comes with a reading; when a person changes that, the revision is an entry",
    "observations_default_feature": "follows from where a thing was put, which is an entry",
    "observations_historical_location": "follows from where a thing was put, which is an entry",
    "observations_count": "counts of what came",
    "observations_refusal_count": "counts of what came",
    "observations_kept_aside": "what senders sent and was refused, as it came",
    "observations_landing": "on its way to the alarm engine, then deleted",
    "safekeeping_": "what is known of backups: their manifests are signed and lie outside",
    "alarms_alarm": "derived by the engine from readings and commands; who was assigned is in the command's entry",
    "alarms_transition": "derived by the engine from readings and commands: a replay gives the same",
    "alarms_engine": "the engine's state between two turns",
    "alarms_stamp": "counts changes of definitions, which are entries",
    "standards_assessment": "derived: what the clauses say of the city's assets, which are entries",
    "standards_count": "derived, as the assessment that it belongs to",
    "standards_standing": "derived, as the assessment that it is counted in",
    "standards_basis": "by which revisions the standings were judged; revisions are entries",
    "standards_dirty": "which assets are to be judged again; gone when they are",
    "standards_last_judged": "by which revision a clause was judged last; revisions are entries",
    "standards_verdict": "derived, as the assessment that it is counted in",
    "standards_change": "what clauses are to be judged by again; gone when they are",
    "messages_kept_aside": "rows of a file that were not taken: the file's digest is in its batch's entry",
    "hazards_kept_aside": "rows of a sheet that were not taken: the file's digest is in the sheet's entry",
    "sources_standing": "what the bridge of a source tells about once a second",
    "dummy_": "the pack of the tests",
}
# Columns that are computed from others, or that move without anybody deciding.
DERIVED = {
    # The file is told by its digest, what pages show of it follows from it; when it was checked last moves by itself.
    "plans_plan": {"packed", "says", "checked_at"},
    "plans_run": {"told", "job_uid"},
    "plans_adoption": {"checked_at", "reached_now"},
    # The case is an entry of its own.
    "plans_site": {"case_uid"},
    # What follows from the steps, each of which is an entry of its own.
    "cases_case": {"party_id", "responsibility_id", "state", "before", "stage", "due_at", "suspended_until", "rung", "changed_at", "ended_at"},
    "places_area": {"box", "lon", "lat", "area_m2", "words"},
    "places_party": {"words"},
    "places_asset": {"box", "lon", "lat", "cell", "words", "secrecy"},
    "places_city": {"chosen_at"},
    "places_load": {"stored_as"},
    "places_mapping": {"saved_at"},
    "places_saved_view": {"saved_at"},
    "jobs_job": {
        "started_at", "ended_at", "retry_at", "attempts", "attempts_allowed", "done", "total", "doing", "because", "error",
    },
    "attachments_attachment": {"scanned_at", "prepared_at", "trouble", "copy_size"},
    "alarms_command": {"taken_at", "position"},
    "access_token": {"last_used_at"},
    "observations_location": {"box"},
    "access_second_factor": {"last_step"},
    "standards_finding": {"seen_at"},
    "standards_document": {"laid_down"},
    "messages_trained": {"content"},  # its digest counts
}  # fmt: skip


def _tables() -> set[str]:
    return {model._meta.db_table for model in apps.get_models(include_auto_created=True)}


def test_every_table_is_under_the_ledger_or_left_out_for_a_reason() -> None:
    audited = set(Form.objects.values_list("table", flat=True))
    free = {table for table in _tables() - audited if not table.startswith(tuple(LEFT_OUT))}
    assert not free, f"put these under the ledger (WriteEntries), or say here why not: {sorted(free)}"


def test_what_is_left_out_is_not_under_the_ledger_after_all() -> None:
    audited = set(Form.objects.values_list("table", flat=True)) - {"ledger_event_decision"}
    assert not {table for table in audited if table.startswith(tuple(LEFT_OUT))}


def test_every_column_counts_but_what_is_derived() -> None:
    """A column that was added and forgotten would be free to forge. Of a table's forms the newest is the one that counts."""
    newest = {form.table: form for form in Form.objects.order_by("version")}
    with connection.cursor() as cursor:
        for form in newest.values():
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name <> 'id'",
                [form.table],
            )
            assert {row[0] for row in cursor.fetchall()} - DERIVED.get(form.table, set()) == set(form.columns), (
                form.table
            )
