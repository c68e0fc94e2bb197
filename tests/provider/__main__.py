# SPDX-License-Identifier: Apache-2.0
"""A small OpenID Connect provider on the loopback: discovery, authorization code with PKCE, ID tokens signed with RS256.

It insists on what a strict provider insists on (client authentication, PKCE, the same redirect address, a code once).
``POST /lie`` with a word makes the next ID token wrong in that one way. Prints its issuer and serves until it is ended.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

CLIENT, SECRET = "belltower", "a secret between us"
KEY = RSAKey.generate_key(2048, {"kid": "one"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "one"})
PAGE = """<!doctype html><title>Provider</title><h1>Provider</h1>
<form method="post" action="/authorize?{query}"><label>Subject <input name="sub" id="sub"></label><button>Sign in</button></form>"""


class Provider(ThreadingHTTPServer):
    issuer = ""
    lie = ""
    amr: list[str]
    codes: dict[str, dict[str, str]]


class Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/.well-known/openid-configuration":
            return self._json(configuration(self.server))
        if path == "/jwks":
            return self._json({"keys": [KEY.as_dict(private=False)]})
        if path == "/authorize":
            query = html.escape(urlsplit(self.path).query, quote=True)
            return self._send(200, PAGE.format(query=query).encode(), "text/html")
        return self._send(204 if path == "/favicon.ico" else 404, b"", "text/plain")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        form = {key: values[0] for key, values in parse_qs(body).items()}
        path = urlsplit(self.path).path
        if path == "/lie":
            self.server.lie, self.server.amr = form.get("word", ""), form.get("amr", "").split()
            return self._json({})
        if path == "/authorize":
            return self._authorize(form)
        if path == "/token":
            return self._token(form)
        return self._send(404, b"", "text/plain")

    def _authorize(self, form: dict[str, str]) -> None:
        asked = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
        if asked.get("client_id") != CLIENT or asked.get("code_challenge_method") != "S256" or "nonce" not in asked:
            return self._json({"error": "invalid_request"}, 400)
        code = secrets.token_urlsafe(24)
        self.server.codes[code] = {**asked, "sub": form["sub"]}
        self.send_response(302)
        back = {"code": code, "state": asked["state"]}
        self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(back)}")
        return self.end_headers()

    def _token(self, form: dict[str, str]) -> None:
        basic = base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '+')}".encode()).decode()
        plain = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if self.headers.get("Authorization") not in (f"Basic {basic}", f"Basic {plain}"):
            return self._json({"error": "invalid_client"}, 401)
        asked = self.server.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != form.get("redirect_uri"):
            return self._json({"error": "invalid_grant"}, 400)
        answer = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 60}
        if self.server.lie != "no_id_token":
            answer["id_token"] = id_token(self.server, asked)
        return self._json(answer)

    def _json(self, body: object, status: int = 200) -> None:
        self._send(status, json.dumps(body).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


def configuration(provider: Provider) -> dict[str, object]:
    """What OpenID Connect Discovery 1.0 asks for."""
    issuer = "https://elsewhere.example.org" if provider.lie == "other_configuration" else provider.issuer
    algorithms = ["RS256", "none", "HS256"] if provider.lie in ("unsigned", "shared_secret") else ["RS256"]
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{provider.issuer}/authorize",
        "token_endpoint": f"{provider.issuer}/token",
        "jwks_uri": f"{provider.issuer}/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": algorithms,
        "code_challenge_methods_supported": ["S256"],
    }


def id_token(provider: Provider, asked: dict[str, str]) -> str:
    """The ID token for what was asked, wrong in the one way that the provider was told to lie in."""
    lie, now = provider.lie, int(time.time())
    claims = {
        "iss": "https://elsewhere.example.org" if lie == "issuer" else provider.issuer,
        "sub": asked["sub"],
        "aud": "somebody else" if lie == "audience" else CLIENT,
        "nonce": "another" if lie == "nonce" else asked["nonce"],
        "iat": now + 3600 if lie == "from_the_future" else now,
        "exp": now - 3600 if lie == "expired" else now + 300,
    }
    if provider.amr:
        claims["amr"] = provider.amr
    for name in ("nonce", "sub", "exp"):
        if lie == f"no_{name}":
            del claims[name]
    if lie == "unsigned":
        parts = (json.dumps({"alg": "none"}), json.dumps(claims))
        return ".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts) + "."
    if lie == "shared_secret":
        from joserfc.jwk import OctKey

        registry = JWSRegistry(algorithms=["HS256"])
        public = KEY.as_pem(private=False)
        with_public = OctKey.import_key(base64.b64encode(public))
        return jwt.encode({"alg": "HS256", "kid": "one"}, claims, with_public, registry=registry)
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, OTHER_KEY if lie == "signature" else KEY)


def main() -> None:
    provider = Provider(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{provider.server_port}"
    provider.codes, provider.amr = {}, []
    print(provider.issuer, flush=True)
    sys.stdout.flush()
    provider.serve_forever()


main()
