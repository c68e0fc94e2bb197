# SPDX-License-Identifier: Apache-2.0
"""RFC 3161: an authority of others says when it has seen a head's text, and anybody who trusts it can check that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import requests
from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text

_TIMEOUT_S = (10, 20)  # to connect, to answer
_LARGEST = 256 * 1024  # bytes of an answer; one with a whole chain has some 10 kB


class BadStamp(Refusal):
    """What a time-stamping authority answered, or what was kept of it, proves nothing."""

    code = "bad_time_stamp"
    sentence = Text(
        zh="时间戳无效：{reason}。请检查 BELLTOWER_ANCHOR_TSA 与 BELLTOWER_ANCHOR_TSA_ROOTS。",
        en="The time stamp does not hold: {reason}. Check BELLTOWER_ANCHOR_TSA and BELLTOWER_ANCHOR_TSA_ROOTS.",
    )


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a time stamp says: the authority saw this text at that instant, under its policy (an object identifier)."""

    at: datetime
    authority: str
    policy: str


def ask(address: str, text: str, roots: Path) -> bytes:
    """The authority's answer about ``text``, checked. Raises BadStamp, and requests' errors where it is not reached."""
    request = (
        TimestampRequestBuilder()
        .data(text.encode())
        .hash_algorithm(HashAlgorithm.SHA256)
        .nonce(nonce=True)
        .cert_request(cert_request=True)
        .build()
    )
    answer = requests.post(
        address, data=request.as_bytes(), headers={"Content-Type": "application/timestamp-query"},
        timeout=_TIMEOUT_S, stream=True, allow_redirects=False,
    )  # fmt: skip
    with answer:
        if answer.status_code != requests.codes.ok:
            raise BadStamp(reason=f"HTTP {answer.status_code}")
        receipt = answer.raw.read(_LARGEST + 1, decode_content=True)
    if len(receipt) > _LARGEST:
        raise BadStamp(reason=f"> {_LARGEST} B")
    _verified(receipt, text, roots, nonce=request.nonce)
    return bytes(receipt)


def read(receipt: bytes, text: str, roots: Path) -> Stamp:
    """What a kept answer says about ``text``. Raises BadStamp where it does not hold by the certificates of ``roots``."""
    answer = _verified(receipt, text, roots)
    policy = answer.tst_info.policy
    return Stamp(answer.tst_info.gen_time, _signer(answer), policy.dotted_string if policy else "")


def _verified(receipt: bytes, text: str, roots: Path, nonce: int | None = None) -> TimeStampResponse:
    try:
        answer = decode_timestamp_response(receipt)
        verifier = _builder(roots, nonce).build()
        verifier.verify_message(answer, text.encode())
    except (VerificationError, ValueError) as error:
        raise BadStamp(reason=" ".join(str(error).split())[:200]) from None
    return answer


def _builder(roots: Path, nonce: int | None) -> VerifierBuilder:
    """Trusts the self-signed certificates of the file; the others only help to find the way to them."""
    try:
        listed = x509.load_pem_x509_certificates(roots.read_bytes())
    except (OSError, ValueError) as error:
        raise BadStamp(reason=f"{roots.name}: {type(error).__name__}") from None
    return VerifierBuilder(
        roots=[one for one in listed if one.issuer == one.subject],
        intermediates=[one for one in listed if one.issuer != one.subject],
        nonce=nonce,
    )


def _signer(answer: TimeStampResponse) -> str:
    """The name in the certificate that signed."""
    [signer] = answer.signed_data.signer_infos
    for der in answer.signed_data.certificates:
        certificate = x509.load_der_x509_certificate(der)
        if certificate.serial_number == signer.serial_number:
            return certificate.subject.rfc4514_string()
    return ""
