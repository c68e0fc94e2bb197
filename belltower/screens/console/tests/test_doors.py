# SPDX-License-Identifier: Apache-2.0
"""Every page has a door, and the door keeps out who may not come in."""

from __future__ import annotations

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from belltower.core.access.rules import Verb
from belltower.screens.console.doors import OWN


def _views(patterns, prefix=""):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _views(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern), pattern.callback


CONSOLE = [
    (address, view)
    for address, view in _views(get_resolver("belltower.project.urls").url_patterns)
    if view.__module__.startswith("belltower.screens.console")
]


@pytest.mark.parametrize(("address", "view"), CONSOLE, ids=[address or "/" for address, _ in CONSOLE])
def test_every_page_says_which_verb_it_asks_for(address, view):
    """A view without door() or open_door() is open by accident; this fails for it."""
    assert hasattr(view, "door"), f"/{address} has no door"
    assert view.door in (None, OWN) or isinstance(view.door, Verb)


def test_only_coming_in_a_language_signed_heads_and_the_check_of_a_certificate_are_open_to_all():
    coming_in = {"sign-in/", "sign-in/code/", "sign-in/set-up/", "sign-in/oidc/", "sign-in/oidc/back/", "sign-out/"}
    is_open = {address for address, view in CONSOLE if view.door is None and not address.startswith("heads/")}
    assert is_open == {*coming_in, "language/", "learning/certificates/"}


def test_only_pages_about_oneself_need_no_role():
    own = {address for address, view in CONSOLE if view.door == OWN}
    assert all(address.startswith(("account/", "notices/")) for address in own)
