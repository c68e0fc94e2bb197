# SPDX-License-Identifier: Apache-2.0
"""What access refuses, and why."""

from __future__ import annotations

from belltower.kernel.errors import Conflict, Refusal
from belltower.kernel.texts import Text


class NameTaken(Conflict):
    """A user or service account of that name is there already."""

    code = "name_taken"
    sentence = Text(
        zh="名称“{name}”已被使用。请换一个名称，或停用原有账号。",
        en="The name '{name}' is taken. Choose another, or deactivate the account that has it.",
    )


class BadName(Refusal):
    """A user name that could not be typed back."""

    code = "bad_name"
    sentence = Text(
        zh="用户名“{name}”不可用：请使用 2 至 60 个字符，不含空格。",
        en="'{name}' cannot be a user name: use 2 to 60 characters without spaces.",
    )


class WeakPassword(Refusal):
    """A password that is too short to keep anybody out."""

    code = "weak_password"
    sentence = Text(
        zh="密码太短：至少需要 {least} 个字符。请换一个更长的密码。",
        en="The password is too short: it needs at least {least} characters. Choose a longer one.",
    )


class BadPeriod(Refusal):
    """A role or token that would end before it begins."""

    code = "bad_period"
    sentence = Text(
        zh="结束（{until}）不晚于开始（{since}）。请更正日期。",
        en="It would end ({until}) no later than it begins ({since}). Correct the dates.",
    )


class NoScopes(Refusal):
    """A token that could do nothing."""

    code = "no_scopes"
    sentence = Text(
        zh="令牌至少需要一项权限，可选：{known}。",
        en="A token needs at least one verb of: {known}.",
    )


class UnknownWord(Refusal):
    """A role or verb that there is not."""

    code = "unknown_word"
    sentence = Text(
        zh="没有“{word}”。可选：{known}。",
        en="There is no '{word}'. There are: {known}.",
    )


class OtherParty(Conflict):
    """A service account that acts for another party than was asked for."""

    code = "other_party"
    sentence = Text(
        zh="服务账号“{name}”属于另一责任主体。请换一个账号名称。",
        en="The service account '{name}' acts for another party. Choose another account name.",
    )


class WholeCityOnly(Refusal):
    """An administrator of one area or party could still give themselves everything, so there is none."""

    code = "whole_city_only"
    sentence = Text(
        zh="管理员角色只能授予全市范围，不能限定区域或责任主体。请去掉限定，或改授其他角色。",
        en="An administrator holds the whole city: leave area and party out, or grant another role.",
    )
