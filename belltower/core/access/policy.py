# SPDX-License-Identifier: Apache-2.0
"""What an installation asks of people who sign in, and the provider it believes. Values only; read in project/sign_in.py."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID Connect provider that people may sign in by: its issuer as it writes it, and who we are to it."""

    issuer: str
    client_id: str
    client_secret: str | None
    title: str
    scope: str = "openid"


@dataclass(frozen=True, slots=True)
class SignIn:
    """The rules of signing in. ``second_factor_roles`` are roles whose holders must have a second factor."""

    second_factor_roles: frozenset[str]
    shortest_password: int
    provider: Provider | None = None
