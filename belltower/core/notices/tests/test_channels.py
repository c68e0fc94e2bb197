# SPDX-License-Identifier: Apache-2.0
"""Channels: a signature that anybody's library checks, addresses that are never asked, and recorded conversations."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
from datetime import timedelta

import pytest

from belltower.core.cases.tests.scene import NOW
from belltower.core.notices.channels import asking, sms, webhook, wecom
from belltower.core.notices.channels.asking import ask, is_public
from belltower.core.notices.channels.parcel import NotTaken, Parcel
from belltower.core.notices.tests.replay import answering, recorded
from belltower.core.notices.tries import WAITS, wait_after
from belltower.core.notices.wishes import SmsGateway, WecomGateway

KEY = "00000000-0000-7000-8000-000000000001"


def parcel(to: str, secret: str = "") -> Parcel:
    facts = {"number": "2026-000001", "what": "已超时"}
    return Parcel(KEY, to, "已超时：案卷 2026-000001", "提级阶梯第 1 级。", facts, secret)


def test_waits_grow_and_end() -> None:
    assert list(WAITS) == sorted(WAITS)
    assert wait_after(1) == timedelta(minutes=1)
    assert wait_after(len(WAITS)) == timedelta(days=1)
    assert wait_after(len(WAITS) + 1) is None


def test_a_webhook_is_signed_over_id_time_and_body() -> None:
    """The worked example of the Standard Webhooks libraries."""
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    given = webhook.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert given == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_receiver_can_check_what_it_got() -> None:
    secret = webhook.new_secret()
    with answering([{"status": 204, "body": ""}]) as heard:
        said = webhook.send(parcel(f"{heard.address}/hook?a=1", secret), now=NOW, is_private_allowed=True)
    [asked] = heard.asked
    signed = f"{KEY}.{int(NOW.timestamp())}.".encode() + asked["body"]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert asked["headers"]["webhook-signature"] == f"v1,{wanted}"
    assert asked["headers"]["webhook-id"] == KEY
    assert json.loads(asked["body"]) == {"id": KEY, "number": "2026-000001", "what": "已超时"}
    assert (asked["path"], asked["query"], said) == ("/hook", {"a": "1"}, "HTTP 204")


def test_a_redirect_is_no_delivery_and_what_is_gone_is_given_up() -> None:
    away = {"status": 302, "headers": {"location": "http://127.0.0.1:1/inside"}, "body": ""}
    with answering([away, {"status": 410, "body": ""}]) as heard:
        for is_final in (False, True):
            with pytest.raises(NotTaken) as found:
                webhook.send(parcel(heard.address, webhook.new_secret()), now=NOW, is_private_allowed=True)
            assert found.value.is_final is is_final
    assert len(heard.asked) == 2


@pytest.mark.parametrize("address", [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
    "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "198.18.0.1", "192.0.2.1",
])  # fmt: skip
def test_addresses_inside_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    assert is_public(ipaddress.ip_address("223.5.5.5"))
    assert is_public(ipaddress.ip_address("2400:3200::1"))


@pytest.mark.parametrize("url", [
    "http://example.org/", "https://user:password@example.org/", "ftp://example.org/", "https:///path", "https://127.0.0.1/",
    "https://[::ffff:127.0.0.1]/", "https://2130706433/", "https://0x7f.1/", "https://localhost/", "https://a.example/\r\nX: y",
    "https://example.org:0/", "https://[::1",
])  # fmt: skip
def test_what_leads_inside_is_never_asked(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_connection(*told: object, **more: object) -> None:
        raise AssertionError("asked")

    monkeypatch.setattr(asking.socket, "create_connection", no_connection)
    with pytest.raises(NotTaken) as found:
        ask("POST", url)
    assert found.value.is_final


def test_a_name_that_has_one_address_inside_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(2, 1, 6, "", ("223.5.5.5", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(asking.socket, "getaddrinfo", lambda *told, **more: both)
    monkeypatch.setattr(asking.socket, "create_connection", lambda *told, **more: pytest.fail("asked"))
    with pytest.raises(NotTaken):
        ask("POST", "https://a.example/")


def test_a_short_message_speaks_as_it_was_recorded() -> None:
    with recorded("sms_send") as heard:
        gateway = SmsGateway(heard.address, "key", "secret", "衡阳城管", "SMS_1")
        assert sms.send(parcel("13800001111"), gateway=gateway, now=NOW) == "OK 607300000000000000^0"
        for to, is_final in (("12345", True), ("13800001111", False)):
            with pytest.raises(NotTaken) as found:
                sms.send(parcel(to), gateway=gateway, now=NOW)
            assert found.value.is_final is is_final


def test_the_signature_of_short_messages_is_that_of_the_published_example() -> None:
    empty = hashlib.sha256(b"").hexdigest()
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com", "x-acs-action": "RunInstances", "x-acs-version": "2014-05-26",
        "x-acs-date": "2023-10-26T10:22:32Z", "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-content-sha256": empty,
    }  # fmt: skip
    query = {"ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", "RegionId": "cn-shanghai"}
    gateway = SmsGateway("https://x", "YourAccessKeyId", "YourAccessKeySecret", "", "")
    given = sms.authorization(gateway, query, headers)
    assert given.endswith("Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0")


def test_wecom_speaks_as_it_was_recorded_and_renews_its_token() -> None:
    with recorded("wecom_send") as heard:
        gateway = WecomGateway(heard.address, "wwcorp", "s3cret", 1000002)
        assert wecom.send(parcel("zhangsan"), gateway=gateway, now=NOW) == "OK msg-1"
        with pytest.raises(NotTaken) as found:
            wecom.send(parcel("nobody"), gateway=gateway, now=NOW)
        assert found.value.is_final
