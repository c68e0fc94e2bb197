# SPDX-License-Identifier: Apache-2.0
"""What is refused of an OPC UA server: its certificate, or that it does not speak securely."""

from __future__ import annotations

from belltower.edges.sources.errors import SourceAway
from belltower.kernel.texts import Text


class ServerNotTrusted(SourceAway):
    """Nobody has said yet that this certificate is the server's."""

    code = "opcua_server_not_trusted"
    sentence = Text(
        zh="尚无人确认服务器 {address} 的证书（SHA-256 {shown}）。请与服务器上的证书比对，一致时在来源页面上点“信任”，"
        "或在映射的 security 下写 trust。",
        en="Nobody has trusted the certificate of the server at {address} yet (SHA-256 {shown}). Compare it with the one on "
        "the server; if it is the same, press Trust on the source's page, or write trust under security in the mapping.",
    )


class ServerChanged(SourceAway):
    """The server shows another certificate than the one that was trusted."""

    code = "opcua_server_changed"
    sentence = Text(
        zh="服务器 {address} 出示的证书（SHA-256 {shown}）与已信任的（{trusted}）不同，未连接。请向服务器管理员核实："
        "确已更换证书时重新点“信任”，否则可能有人冒充该服务器。",
        en="The server at {address} shows another certificate (SHA-256 {shown}) than the trusted one ({trusted}); nothing was "
        "sent. Ask who runs it: if it was replaced, trust the new one; if not, somebody may stand in its place.",
    )


class NoSuchSecurity(SourceAway):
    """The server offers nothing with the policy and mode that the mapping asks for."""

    code = "opcua_no_such_security"
    sentence = Text(
        zh="服务器 {address} 不提供 {policy}（{mode}），只提供：{offered}。请改映射的 security，或在服务器上启用。",
        en="The server at {address} does not offer {policy} ({mode}), but only: {offered}. Change security in the mapping, or "
        "enable it on the server.",
    )


class NotAcceptedByServer(SourceAway):
    """The server refuses our certificate or our user."""

    code = "opcua_not_accepted"
    sentence = Text(
        zh="服务器 {address} 拒绝了连接（{reason}）。请在服务器上信任本系统的证书（指纹 SHA-1 {thumbprint}），并检查用户。",
        en="The server at {address} does not let us in ({reason}). Trust our certificate on the server (thumbprint, SHA-1: "
        "{thumbprint}), and check the user.",
    )
