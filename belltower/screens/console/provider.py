# SPDX-License-Identifier: Apache-2.0
"""Talking to the OpenID Connect provider: the authorization code flow with PKCE, by Authlib, and what we check besides."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

from authlib.integrations.base_client import OAuthError
from authlib.integrations.django_client import OAuth
from authlib.oauth2.rfc6749 import OAuth2Error
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from joserfc.errors import JoseError
from requests import RequestException

from belltower.core.access.errors import NotBelieved, ProviderAway
from belltower.core.access.policy import Provider

TIMEOUT_S = 10
LEEWAY_S = 60  # how far the provider's clock may be from ours
# Signatures by a key that only the provider holds; never "none", and never one made with a secret that we share.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
_DISCOVERY = "/.well-known/openid-configuration"


def begin(request: HttpRequest, back: str) -> HttpResponse:
    """Send the browser to the provider, with a state, a nonce and a PKCE challenge kept in the session. Raises ProviderAway."""
    client = _ready()
    return cast(HttpResponse, client.authorize_redirect(request, back))


def finish(request: HttpRequest) -> dict[str, Any]:
    """The claims of the ID token that this request's code is exchanged for; believed only when everything holds.

    State, PKCE, signature, issuer, audience, nonce and times are checked (OpenID Connect Core 1.0, 3.1.3.7). Raises
    NotBelieved with a word for what did not hold, or ProviderAway.
    """
    client, provider = _ready(), _provider()
    wanted = {
        "iss": {"essential": True, "values": [provider.issuer]},
        "aud": {"essential": True, "values": [provider.client_id]},
    }
    try:
        token = client.authorize_access_token(request, claims_options=wanted, leeway=LEEWAY_S, timeout=TIMEOUT_S)
    except RequestException:
        raise ProviderAway() from None
    except (OAuthError, OAuth2Error, JoseError, ValueError, TypeError, KeyError) as error:
        raise NotBelieved(reason=_word(error)) from error
    claims = token.get("userinfo")
    if not claims or not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise NotBelieved(reason="no_id_token")
    return dict(claims)


def forget() -> None:
    """Read the provider's configuration anew at the next sign-in."""
    _client.cache_clear()


def _ready() -> Any:
    """The client with the provider's configuration, whose issuer must be exactly the one that was configured."""
    provider = _provider()
    client = _client(provider)
    try:
        metadata = client.load_server_metadata()
    except (RequestException, ValueError):
        raise ProviderAway() from None
    if metadata.get("issuer") != provider.issuer:  # OpenID Connect Discovery 1.0, 4.3
        forget()
        raise NotBelieved(reason="issuer")
    said = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = [one for one in said if one in ALGORITHMS]
    return client


def _provider() -> Provider:
    provider = settings.BELLTOWER_SIGN_IN.provider
    if provider is None:
        raise NotBelieved(reason="no_provider")
    return provider


@lru_cache(maxsize=4)
def _client(provider: Provider) -> Any:
    return OAuth().register(
        "belltower",
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        server_metadata_url=provider.issuer.rstrip("/") + _DISCOVERY,
        client_kwargs={
            "scope": provider.scope,
            "code_challenge_method": "S256",
            "timeout": TIMEOUT_S,
            "token_endpoint_auth_method": "client_secret_basic" if provider.client_secret else "none",
        },
    )


def _word(error: Exception) -> str:
    """One word for the log and the desk; never the provider's own text, which anybody may have written."""
    claim = getattr(error, "claim", None)
    if isinstance(claim, str):
        return claim[:20]
    name = str(getattr(error, "error", "") or type(error).__name__)
    return name[:40] if name.replace("_", "").isalnum() else "answer"
