# SPDX-License-Identifier: Apache-2.0
"""What the scanner says decides what may be opened; spoken with a server process that speaks clamd's own protocol."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from belltower.core.attachments.errors import Infected, NotScannedYet
from belltower.core.attachments.rules import content_of, refuse_unopenable
from belltower.core.attachments.scanning import Clamd, ScannerFailed, scanner
from belltower.core.attachments.tests import files
from belltower.core.attachments.tests.conftest import Put
from belltower.core.attachments.tests.photo import prepared

# Written apart, so that no scanner stops at this file itself.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

# INSTREAM as clamd(8) has it: "zINSTREAM\0", parts of <length, 4 bytes, network order><bytes>, a length of zero; the
# answer ends with a zero too. It finds the EICAR test file and nothing else, and takes 1 MB at most.
SERVER = """
import socket, socketserver, struct, sys

class Speaker(socketserver.StreamRequestHandler):
    def handle(self):
        command = b""
        while not command.endswith(b"\\0"):
            command += self.rfile.read(1)
        if command != b"zINSTREAM\\0":
            self.wfile.write(b"UNKNOWN COMMAND\\0")
            return
        body = b""
        while size := struct.unpack(">I", self.rfile.read(4))[0]:
            body += self.rfile.read(size)
            if len(body) > 1_000_000:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\\0")
                return
        found = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE" in body
        self.wfile.write(b"stream: Eicar-Test-Signature FOUND\\0" if found else b"stream: OK\\0")

class Server(socketserver.ThreadingTCPServer):
    address_family = socket.AF_UNIX if sys.argv[1].startswith("/") else socket.AF_INET

    def server_bind(self):
        self.socket.bind(self.server_address)

at = sys.argv[1] if sys.argv[1].startswith("/") else ("127.0.0.1", 0)
with Server(at, Speaker) as server:
    print(server.socket.getsockname(), flush=True)
    server.serve_forever()
"""


@pytest.fixture(scope="module", params=["socket", "port"])
def clamd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The setting of a running scanner, by a socket in a folder and by a port."""
    path = str(tmp_path_factory.mktemp("clamd") / "clamd.ctl")
    command = [sys.executable, "-c", SERVER, path if request.param == "socket" else "port"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        said = server.stdout.readline()
        yield f"clamd:{path}" if request.param == "socket" else f"clamd:127.0.0.1:{eval(said)[1]}"
    finally:
        server.kill()
        server.communicate()


def test_clamd_clears_finds_and_says_when_it_cannot_tell(clamd: str) -> None:
    ask = scanner(clamd)
    assert ask.scan([b"an honest file"]) is None
    assert ask.scan([b"before", EICAR[:20], EICAR[20:]]) == "Eicar-Test-Signature"
    assert ask.scan([bytes(900_000)]) is None
    with pytest.raises(ScannerFailed):
        ask.scan([bytes(1_500_000)])


def test_a_scanner_that_is_not_there_gives_no_verdict(tmp_path) -> None:
    with pytest.raises(ScannerFailed):
        Clamd(str(tmp_path / "nobody")).scan([b"x"])


@pytest.mark.django_db
def test_nothing_is_opened_before_it_was_cleared(put_one: Put, scanned_by: Callable[[str], None], clamd: str) -> None:
    scanned_by(clamd)
    row = put_one(files.picture())
    with pytest.raises(NotScannedYet):
        refuse_unopenable(row, is_scanned_here=True)
    row = prepared(row)
    assert (row.scan, row.found) == ("clean", "")
    refuse_unopenable(row, is_scanned_here=True)
    assert content_of(row)


@pytest.mark.django_db
def test_what_is_infected_is_never_opened_and_no_copy_is_made_of_it(
    put_one: Put, scanned_by: Callable[[str], None], clamd: str
) -> None:
    scanned_by(clamd)
    row = prepared(put_one(b"notes: " + EICAR, "notes.txt"))
    assert (row.scan, row.found, row.copy) == ("infected", "Eicar-Test-Signature", "")
    with pytest.raises(Infected, match="Eicar"):
        refuse_unopenable(row, is_scanned_here=True)
    with pytest.raises(Infected):
        refuse_unopenable(row, is_scanned_here=False)


@pytest.mark.django_db
def test_while_the_scanner_is_away_the_job_is_tried_again_and_nothing_is_opened(
    put_one: Put, scanned_by: Callable[[str], None], tmp_path
) -> None:
    scanned_by(f"clamd:{tmp_path}/nobody")
    row = put_one(files.picture())
    with pytest.raises(ScannerFailed):
        prepared(row)
    row.refresh_from_db()
    assert (row.scan, row.prepared_at) == ("waiting", None)


FINDS = "import sys; body = sys.stdin.buffer.read(); print('found Eicar') if b'EICAR' in body else 0; sys.exit(b'EICAR' in body)"


def test_a_program_says_it_by_its_exit() -> None:
    ask = scanner(f'command:{sys.executable} -c "{FINDS}"')
    assert ask.scan([b"honest"]) is None
    assert ask.scan([EICAR]) == "found Eicar"
    with pytest.raises(ScannerFailed):
        scanner("command:false-name-of-a-program").scan([b"x"])
    with pytest.raises(ScannerFailed, match="7"):
        scanner(f'command:{sys.executable} -c "import sys; sys.exit(7)"').scan([bytes(1 << 20)])
