# SPDX-License-Identifier: Apache-2.0
"""A time-stamping authority for the tests: `openssl ts` behind HTTP, as a process of its own.

python -m belltower.core.ledger.tests.authority FOLDER      prints its port, answers until it is ended
"""

from __future__ import annotations

import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

_CONFIGURATION = """
[tsa]
default_tsa = authority
[authority]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[stamping]
extendedKeyUsage = critical, timeStamping
keyUsage = critical, digitalSignature
basicConstraints = critical, CA:FALSE
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[names]
distinguished_name = none
[none]
"""


def make(folder: Path) -> Path:
    """An authority's keys and certificates in ``folder``; returns the file of its root."""
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "openssl.cnf"
    configuration.write_text(_CONFIGURATION.format(folder=folder))
    (folder / "serial").write_text("01\n")
    _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
             "-keyout", f"{folder}/root.key", "-out", f"{folder}/root.pem", "-subj", "/CN=Test Root",
             "-config", str(configuration), "-section", "names", "-extensions", "root")  # fmt: skip
    _openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{folder}/tsa.key", "-out", f"{folder}/tsa.csr",
             "-subj", "/CN=Test Time", "-config", str(configuration), "-section", "names")  # fmt: skip
    _openssl("x509", "-req", "-in", f"{folder}/tsa.csr", "-CA", f"{folder}/root.pem", "-CAkey", f"{folder}/root.key",
             "-CAcreateserial", "-days", "30", "-extfile", str(configuration), "-extensions", "stamping",
             "-out", f"{folder}/tsa.pem")  # fmt: skip
    return folder / "root.pem"


class _Answering(BaseHTTPRequestHandler):
    """One question, one answer of openssl's."""

    folder: Path

    def do_POST(self) -> None:
        question = self.folder / "question.tsq"
        question.write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
        _openssl("ts", "-reply", "-config", f"{self.folder}/openssl.cnf", "-queryfile", str(question),
                 "-out", f"{self.folder}/answer.tsr")  # fmt: skip
        answer = (self.folder / "answer.tsr").read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, form: str, *facts: object) -> None:
        """Quiet: the test reads the port only."""


def _openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)


if __name__ == "__main__":
    _Answering.folder = Path(sys.argv[1])
    server = HTTPServer(("127.0.0.1", 0), _Answering)
    print(server.server_port, flush=True)
    server.serve_forever()
