# SPDX-License-Identifier: Apache-2.0
"""The settings of signing in, read from the environment: second factor, passwords, the OpenID Connect provider, the master key."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from belltower.core.access.passwords import ALONE, FLOOR
from belltower.core.access.policy import Provider, SignIn
from belltower.core.ledger.master_keys import MasterKeys, UnreadableMasterKey
from belltower.project.installation import Environment, Installation, UnreadableSetting, secret

# As core/access/models.py writes them; the roles themselves need the database's models, which are not there yet.
ROLES = frozenset(
    [
        "viewer",
        "desk",
        "inspector",
        "supervisor",
        "sector_officer",
        "planner",
        "assessor",
        "leader",
        "enterprise",
        "administrator",
    ]
)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def read(environment: Environment = os.environ) -> SignIn:
    """What this installation asks of people who sign in. Raises UnreadableSetting."""
    return SignIn(
        second_factor_roles=_roles(environment.get("BELLTOWER_SECOND_FACTOR", "administrator")),
        shortest_password=_shortest(environment.get("BELLTOWER_SHORTEST_PASSWORD", str(ALONE))),
        provider=_provider(environment),
    )


def master_keys(installation: Installation, environment: Environment = os.environ) -> MasterKeys:
    """The keys that wrap the keys of people: given, or kept in the home. Raises UnreadableSetting."""
    try:
        return MasterKeys(installation.home / "master-key", secret(environment, "BELLTOWER_MASTER_KEY"))
    except UnreadableMasterKey as error:
        raise UnreadableSetting(setting="BELLTOWER_MASTER_KEY", reason=error.say("en")) from None


def _roles(listed: str) -> frozenset[str]:
    """The roles in a list with commas; "nobody" is none of them and "everybody" all."""
    words = {word.strip() for word in listed.split(",") if word.strip()}
    if words == {"nobody"} or words == {"everybody"}:
        return ROLES if words == {"everybody"} else frozenset()
    if unknown := words - ROLES:
        raise UnreadableSetting(setting="BELLTOWER_SECOND_FACTOR", reason=f"{', '.join(sorted(unknown))}?")
    return frozenset(words)


def _shortest(given: str) -> int:
    if not given.isdecimal() or not FLOOR <= int(given) <= 64:
        raise UnreadableSetting(setting="BELLTOWER_SHORTEST_PASSWORD", reason=f"{FLOOR}-64")
    return int(given)


def _provider(environment: Environment) -> Provider | None:
    """The provider, where one is named. It is spoken to over TLS, but for one on this very machine."""
    issuer = environment.get("BELLTOWER_OIDC_ISSUER", "")
    if not issuer:
        return None
    parts = urlsplit(issuer)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise UnreadableSetting(setting="BELLTOWER_OIDC_ISSUER", reason="https://...")
    client_id = environment.get("BELLTOWER_OIDC_CLIENT_ID", "")
    if not client_id:
        raise UnreadableSetting(setting="BELLTOWER_OIDC_CLIENT_ID", reason="?")
    return Provider(
        issuer=issuer,
        client_id=client_id,
        client_secret=secret(environment, "BELLTOWER_OIDC_CLIENT_SECRET"),
        title=environment.get("BELLTOWER_OIDC_TITLE", "") or parts.hostname or issuer,
    )
