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


class LongPassword(Refusal):
    """A password so long that checking it would be work for nothing."""

    code = "long_password"
    sentence = Text(
        zh="密码太长：最多 {most} 个字符。请换一个短一些的密码。",
        en="The password is too long: at most {most} characters. Choose a shorter one.",
    )


class KnownPassword(Refusal):
    """A password that is among the first to be guessed."""

    code = "known_password"
    sentence = Text(
        zh="这个密码太常见，或与用户名、系统名称过于接近。请换一句只有您知道的话。",
        en="This password is widely known, or close to the user name or ours. Choose a phrase only you know.",
    )


class WrongPassword(Refusal):
    """The password that is asked again before something important, and was not right."""

    code = "wrong_password"
    sentence = Text(
        zh="当前密码不正确，未作任何更改。请重新输入。",
        en="The present password is not right, so nothing was changed. Type it again.",
    )


class WrongCode(Refusal):
    """A one-time code that is not right, or was used already."""

    code = "wrong_code"
    sentence = Text(
        zh="验证码不正确或已用过。请等待下一个验证码，并检查手机时间。",
        en="The code is not right, or was used already. Wait for the next one, and check the clock of your phone.",
    )


class NoSecondFactor(Conflict):
    """Something about a second factor that this account does not have."""

    code = "no_second_factor"
    sentence = Text(
        zh="该账号没有第二因素。请先设置。",
        en="This account has no second factor. Set one up first.",
    )


class SecondFactorSet(Conflict):
    """A second factor is there already."""

    code = "second_factor_set"
    sentence = Text(
        zh="该账号已设置第二因素。如需更换，请先移除原有的。",
        en="This account has a second factor already. Remove it first to set another.",
    )


class SecondFactorNeeded(Conflict):
    """A role that asks for a second factor, which therefore stays."""

    code = "second_factor_needed"
    sentence = Text(
        zh="您的角色必须使用第二因素，不能移除。如需更换手机，请联系管理员重置。",
        en="Your role needs a second factor, so it stays. To change phones, ask an administrator to reset it.",
    )


class SharedAccount(Conflict):
    """Something personal asked of an account that several people use."""

    code = "shared_account"
    sentence = Text(
        zh="“{name}”是多人共用的账号，不能设置个人的第二因素或联系方式。请使用自己的账号。",
        en="'{name}' is used by several people, so nothing personal is set on it. Use an account of your own.",
    )


class IdentityTaken(Conflict):
    """Somebody of the provider who is tied to another user already."""

    code = "identity_taken"
    sentence = Text(
        zh="该统一身份已绑定其他用户。请先由管理员解除原绑定。",
        en="This identity is tied to another user. Ask an administrator to untie it first.",
    )


class NotBelieved(Refusal):
    """An answer from the identity provider that does not hold."""

    code = "not_believed"
    sentence = Text(
        zh="统一身份认证未通过核验（{reason}），您没有登录。请重新登录；如反复出现，请把代码告诉管理员。",
        en="The identity provider's answer did not hold ({reason}), so you are not signed in. Try again; if it comes back, tell an administrator the code.",
    )


class UnknownIdentity(Refusal):
    """Somebody the provider knows, and no user here is tied to."""

    code = "unknown_identity"
    sentence = Text(
        zh="统一身份已确认，但尚未绑定本系统用户。请先用密码登录后在“我的账号”中绑定，或请管理员绑定。",
        en="The provider knows you, but no user here is tied to that identity. Sign in with your password and tie it under My account, or ask an administrator.",
    )


class ProviderAway(Refusal):
    """The identity provider does not answer."""

    code = "provider_away"
    sentence = Text(
        zh="统一身份认证服务没有应答。请稍后再试，或使用密码登录。",
        en="The identity provider does not answer. Try again later, or sign in with a password.",
    )


class BadContact(Refusal):
    """An e-mail address or telephone number that could not be used."""

    code = "bad_contact"
    sentence = Text(
        zh="“{given}”不是可用的邮箱或电话号码。请更正，或留空。",
        en="'{given}' is no e-mail address or telephone number. Correct it, or leave it empty.",
    )
