# SPDX-License-Identifier: Apache-2.0
"""A pack from a wheel of its own is found, migrated and served like ours, and uses every declaration there is."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from belltower.kernel import packs
from belltower.kernel.units import Quantity

ROOT = Path(__file__).parents[2]
DUMMY = ROOT / "tests" / "dummy_pack"
# Not something a pack declares: what is made of all packs' declarations.
NOT_DECLARED = {packs.Register}

USE_IT = """
import json, sys
from datetime import UTC, date, datetime
from belltower.project import database
database.migrate()
database.see_everything()
from django.test import Client

import shapely
from belltower.core.access.actions import add_user, grant
from belltower.core.places.actions.city import use_profile
from belltower.core.places.bulk import AssetBatch, merge_assets
from belltower.core.places.city import load_profile
from belltower.core.places.models import Asset
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text
from belltower_dummy.models import Note
from django.template.loader import render_to_string
from django.utils import translation

by, since = Actor.system("test"), datetime(2026, 1, 1, tzinfo=UTC)
use_profile(load_profile("hengyang"), by=by)
merge_assets([AssetBatch(kind="dummy_point", keys=["D-1"], valid_from=since, geoms=shapely.points([[112.6, 26.9]]),
                         fields=[{"label": "one", "mood": "calm", "height": 2.5}])], by=by, now=since, source="test")
note = Note.objects.create(asset=Asset.objects.get(key="D-1"), text="hello")
user = add_user("tester", Text(en="Tester"), password="a long password", by=by)
grant(user, "administrator", valid_from=date(2026, 1, 1), by=by)
client = Client()
client.force_login(user)
with translation.override("zh-hans"):
    rendered = render_to_string("belltower_dummy/note.html", {"note": note})
print(json.dumps({
    "api": client.get("/api/v1/assets", {"kind": "dummy_point"}).json(),
    "console": client.get("/assets/", {"kind": "dummy_point"}).content.decode(),
    "packs": client.get("/packs/").content.decode(),
    "template": rendered,
}))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the dummy's wheel was installed, built without a network."""
    work = tmp_path_factory.mktemp("dummy")
    project, target = work / "project", work / "site"
    shutil.copytree(DUMMY, project, ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__"))
    tools = Path(sys.executable).parent
    locale = project / "belltower_dummy" / "locale"
    subprocess.run([tools / "pybabel", "-q", "compile", "-d", locale, "-D", "django"], check=True, capture_output=True)
    command = [sys.executable, "-c", f"from setuptools.build_meta import build_wheel; build_wheel({str(work)!r})"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    [wheel] = work.glob("belltower_dummy-*.whl")
    zipfile.ZipFile(wheel).extractall(target)
    return target


@pytest.fixture
def empty_database(worker_id: str) -> Iterator[str]:
    """The address of a database of the test server in which nothing is yet."""
    server = os.environ["BELLTOWER_TEST_SERVER"]
    name = f"dummy_{worker_id}"
    admin_url = server.replace("postgresql://belltower@/belltower?", "postgresql://postgres@/postgres?")
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {name} OWNER belltower")
        yield server.replace("@/belltower?", f"@/{name}?")
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_pack_from_its_own_wheel_is_found_migrated_and_served(
    installed: Path, empty_database: str, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": f"{installed}{os.pathsep}{ROOT}",
        "DATABASE_URL": empty_database.replace("belltower@", "belltower_app@"),
        "DATABASE_OWNER_URL": empty_database,
        "BELLTOWER_HOME": str(tmp_path),
        "BELLTOWER_HOSTS": "testserver",
        "DJANGO_SETTINGS_MODULE": "belltower.project.settings",
    }
    done = subprocess.run([sys.executable, "-c", USE_IT], env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    [asset] = seen["api"]["items"]
    assert (asset["key"], asset["fields"]["mood"]) == ("D-1", "calm")
    assert "D-1" in seen["console"]
    assert "示例" in seen["packs"]
    assert "示例功能包的备注: hello" in seen["template"]


@pytest.fixture(scope="module")
def dummy() -> packs.Pack:
    spec = importlib.util.spec_from_file_location("dummy_under_test", DUMMY / "belltower_dummy" / "pack.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    pack: packs.Pack = module.pack
    return pack


def test_the_dummy_uses_every_declaration_there_is(dummy: packs.Pack) -> None:
    """A declaration that no pack uses in the tests is one that nobody would notice breaking."""
    used = set(_used(dummy))
    declared = {
        (thing.__name__, field.name)
        for thing in vars(packs).values()
        if dataclasses.is_dataclass(thing) and isinstance(thing, type) and thing not in NOT_DECLARED
        for field in dataclasses.fields(thing)
        if thing.__module__ == packs.__name__
    }
    assert declared - used == set()


def test_the_dummy_uses_every_type_of_field_and_every_geometry(dummy: packs.Pack) -> None:
    held = {field.holds for kind in dummy.assets for field in kind.fields}
    assert held >= set(packs.FieldType)
    assert any(isinstance(each, Quantity) for each in held)
    assert {kind.geometry for kind in dummy.assets} == set(packs.Geometry)


def test_the_dummy_holds_together(dummy: packs.Pack) -> None:
    packs.check(dummy)


def _used(declaration: object) -> Iterator[tuple[str, str]]:
    """Every (class, field) of the declaration and of those inside it that says more than its default."""
    for field in dataclasses.fields(declaration):  # type: ignore[arg-type]
        value = getattr(declaration, field.name)
        if value != field.default:
            yield type(declaration).__name__, field.name
        for inner in value if isinstance(value, tuple) else (value,):
            if dataclasses.is_dataclass(inner) and not isinstance(inner, type):
                yield from _used(inner)
