# SPDX-License-Identifier: Apache-2.0
"""What the API itself refuses, before any room is asked."""

from __future__ import annotations

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text


class NotSignedIn(Refusal):
    """Neither a session nor a token that holds."""

    code = "not_signed_in"
    sentence = Text(
        zh="请先登录，或使用有效的令牌：Authorization: Bearer bt_…",
        en="Sign in, or send a token that is valid: Authorization: Bearer bt_…",
    )


class NoCsrfToken(Refusal):
    """A write with a session cookie but without the token that shows the page was ours."""

    code = "no_csrf_token"
    sentence = Text(
        zh="缺少防伪令牌。请刷新页面后再试；程序请使用令牌访问。",
        en="The CSRF token is missing. Reload the page and try again; programs should use a token.",
    )


class InvalidRequest(Refusal):
    """Parameters or a body that do not fit the operation's schema."""

    code = "invalid_request"
    sentence = Text(
        zh="请求不符合接口约定，见 facts.faults；接口说明在 /api/docs。",
        en="The request does not fit the operation: see facts.faults. The operations are described at /api/docs.",
    )


class BadCursor(Refusal):
    """A cursor that no list here gave."""

    code = "bad_cursor"
    sentence = Text(
        zh="游标“{cursor}”无效。请从第一页重新开始（不带 cursor）。",
        en="The cursor '{cursor}' is not one of this list. Begin again without a cursor.",
    )


class NoSuchOperation(Refusal):
    """An address or method that the API has not."""

    code = "no_such_operation"
    sentence = Text(
        zh="接口没有 {method} {path}。全部接口见 /api/docs。",
        en="The API has no {method} {path}. All operations are described at /api/docs.",
    )


class Unprepared(Refusal):
    """A write that does not say which state it saw."""

    code = "precondition_required"
    sentence = Text(
        zh="修改前须说明所见版本：请带上 If-Match（取自 ETag）。",
        en="A change must say which state it saw: send If-Match with the ETag you were given.",
    )


class Broken(Refusal):
    """A fault of ours; the log has the rest."""

    code = "broken"
    sentence = Text(
        zh="系统出错，已记入日志（{reference}）。请把该编号告诉管理员。",
        en="Something broke here and is in the log ({reference}). Tell an administrator this number.",
    )
