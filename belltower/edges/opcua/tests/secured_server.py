# SPDX-License-Identifier: Apache-2.0
"""An OPC UA server that only speaks securely, as a real process: `python -m belltower.edges.opcua.tests.secured_server PORT FOLDER`.

FOLDER holds its certificate and key (server.pem), the certificate of a user (user.pem), and the thumbprints (SHA-1) of
clients that it lets in, one a line (trusted).
"""

import asyncio
import sys
from hashlib import sha1
from pathlib import Path
from typing import Any

from asyncua import Server, ua
from asyncua.common.utils import ServiceError
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.crypto.uacrypto import der_from_x509, load_certificate
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

FOLDER = Path(sys.argv[2]) if len(sys.argv) > 2 else Path()


class People:
    """The user scada with a password, and the one with the certificate."""

    def __init__(self, certificate: bytes) -> None:
        self._certificate = certificate

    def get_user(
        self, iserver: Any, username: Any = None, password: Any = None, certificate: Any = None
    ) -> User | None:
        """Whom it lets in."""
        is_known = (username, password) == ("scada", "s3cret") or certificate == self._certificate
        return User(role=UserRole.User) if is_known else None


async def check(certificate: x509.Certificate, application: Any) -> None:
    """Refuse a client that nobody trusted here."""
    shown = sha1(certificate.public_bytes(Encoding.DER)).hexdigest()
    if shown not in (FOLDER / "trusted").read_text().split():
        raise ServiceError(ua.StatusCodes.BadCertificateUntrusted)


async def main() -> None:
    """Serve until killed."""
    user = der_from_x509(await load_certificate(FOLDER / "user.pem"))
    server = Server(user_manager=People(user))
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{sys.argv[1]}")
    server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
    server.set_identity_tokens([ua.UserNameIdentityToken, ua.X509IdentityToken])
    await server.load_certificate(str(FOLDER / "server.pem"))
    await server.load_private_key(str(FOLDER / "server.pem"))
    server.set_certificate_validator(check)
    space = await server.register_namespace("urn:belltower:tests")
    plant = await server.nodes.objects.add_object(ua.NodeId("Plant", space), f"{space}:Plant")
    await plant.add_variable(ua.NodeId("T1", space), f"{space}:T1", 21.5)
    async with server:
        print("ready", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


if __name__ == "__main__":
    asyncio.run(main())
