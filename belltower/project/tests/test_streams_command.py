# SPDX-License-Identifier: Apache-2.0
"""`belltower streams declare` makes the datastreams that packs declare, once."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from click.testing import CliRunner

from belltower.core.observations.models import Datastream
from belltower.kernel.packs import UnknownKind
from belltower.project.commands import streams
from tests.scenes.two_enterprises import TwoEnterprises


@pytest.mark.django_db
def test_every_asset_gets_its_streams_once(two_enterprises: TwoEnterprises, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams.database, "ready", nullcontext)
    first = CliRunner().invoke(streams.command, ["declare"])
    assert first.exit_code == 0
    made = Datastream.objects.filter(stream__startswith="street_light.").count()
    assert made > 0
    assert f"street_light: {made}" in first.output
    assert "street_light: 0" in CliRunner().invoke(streams.command, ["declare", "street_light"]).output
    refused = CliRunner().invoke(streams.command, ["declare", "no_such_kind"])
    assert isinstance(refused.exception, UnknownKind)
