# SPDX-License-Identifier: Apache-2.0
"""Access: people and their grants, who can see an asset and why, and the security log. For administrators."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from belltower.core.access import actions, explain, lockout, log, people, personal, second_factor, sessions
from belltower.core.access.errors import BadPeriod
from belltower.core.access.models import Grant, RoleName, SecondFactor, User
from belltower.core.access.reach import is_in_force
from belltower.core.access.rules import Verb
from belltower.core.places.models import Area, Asset, Party
from belltower.kernel.errors import NotFound, Refusal
from belltower.kernel.texts import Text
from belltower.screens.console.doors import ConsoleRequest, door

SIZE = 100
LOG_SIZE = 100


@door(Verb.ADMINISTER)
@never_cache
def users(request: ConsoleRequest) -> HttpResponse:
    """Everybody who may sign in, masked, with what they hold today."""
    after = request.GET.get("after", "")
    found = list(User.objects.select_related("party").filter(username__gt=after)[: SIZE + 1])
    shown = found[:SIZE]
    return render(
        request,
        "console/access.html",
        {"rows": _dressed(shown, request), "next": shown[-1].username if len(found) > SIZE else None},
    )


@door(Verb.ADMINISTER)
@never_cache
def user(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """One person: contact (masked), grants, sessions."""
    return _page(request, _user(uid))


@door(Verb.ADMINISTER)
@never_cache
@require_POST
def look(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """The person's data unmasked, this once; the look is in the ledger."""
    one = _user(uid)
    return _page(request, one, person=personal.look_at(one, by=request.actor))


@door(Verb.ADMINISTER)
@require_POST
def grant(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Let the person hold a role in an area, for a party, with dates."""
    one = _user(uid)
    try:
        asked = request.POST
        since = _day(asked.get("valid_from", "")) or people.today(request.now)
        actions.grant(
            one, actions.role_named(asked.get("role", "")), valid_from=since,
            valid_until=_day(asked.get("valid_until", "")), area=_area(asked.get("area", "").strip()),
            party=_party(asked.get("party", "").strip()), why=asked.get("why", "").strip()[:300], by=request.actor,
        )  # fmt: skip
    except Refusal as refusal:
        return _page(request, one, refusal=refusal)
    messages.success(request, _("Granted."))
    return redirect("console:access_user", uid)


@door(Verb.ADMINISTER)
@require_POST
def end_grant(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """End a grant on a day; today, when none is said."""
    held = Grant.objects.select_related("user").filter(uid=uid).first()
    if held is None:
        raise NotFound(noun=actions.GRANT, name=uid)
    try:
        on = _day(request.POST.get("on", "")) or people.today(request.now)
        actions.end_one_grant(uid, on=on, by=request.actor)
    except Refusal as refusal:
        return _page(request, held.user, refusal=refusal)
    messages.success(request, _("The grant has an end now."))
    return redirect("console:access_user", held.user.uid)


@door(Verb.ADMINISTER)
@require_POST
def lift(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Let somebody who was locked out try again at once."""
    lockout.lift(_user(uid), by=request.actor)
    messages.success(request, _("They can try again."))
    return redirect("console:access_user", uid)


@door(Verb.ADMINISTER)
@require_POST
def reset_factor(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Take the second factor off somebody who lost phone and codes; where a role asks for one, they set a new one."""
    second_factor.remove(_user(uid), by=request.actor)
    messages.success(request, _("The second factor is off."))
    return redirect("console:access_user", uid)


@door(Verb.ADMINISTER)
@require_POST
def end_sessions(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Sign somebody out everywhere."""
    sessions.end_sessions(_user(uid), by=request.actor)
    messages.success(request, _("Their sessions have ended."))
    return redirect("console:access_user", uid)


@door(Verb.ADMINISTER)
@never_cache
def asset(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Who can see this asset, and by which grant."""
    found = Asset.objects.filter(request.scope.assets(), uid=uid).select_related("area", "owner")
    one = found.defer("geometry", "words", "area__geometry").first()
    if one is None:
        raise NotFound(noun=Text(zh="部件", en="asset"), name=uid)
    reasons = explain.who_sees(one, people.today(request.now))
    names = personal.masked([why.grant.user for why in reasons])
    rows = [
        (why, name, [verb.text for verb in Verb if verb in why.verbs]) for why, name in zip(reasons, names, strict=True)
    ]
    return render(request, "console/access/asset.html", {"asset": one, "rows": rows})


@door(Verb.ADMINISTER)
@never_cache
def security_log(request: ConsoleRequest) -> HttpResponse:
    """What happened about access: sign-ins, failures, grants, looks at personal data; from the ledger."""
    group, name, after = (request.GET.get(key, "") for key in ("group", "user", "after"))
    about = User.objects.filter(username=name.strip()).first() if name.strip() else None
    found = log.entries(group=group, user=about)
    if name.strip() and about is None:
        found = found.none()
    if after.isdigit() and len(after) < 19:
        found = found.filter(pk__lt=int(after))
    rows = list(found[: LOG_SIZE + 1])
    facts = {
        "lines": [(line, TITLES.get(line.entry.what)) for line in log.lines(rows[:LOG_SIZE])],
        "next": rows[LOG_SIZE - 1].pk if len(rows) > LOG_SIZE else None,
        "group": group,
        "groups": [(key, GROUP_TITLES[key]) for key in log.GROUPS],
        "name": name,
    }
    return render(request, "console/access/log.html", facts)


GROUP_TITLES = {
    "failed": Text(zh="失败与锁定", en="Failures and lock-outs"),
    "signing": Text(zh="登录与退出", en="Signing in and out"),
    "factors": Text(zh="密码与第二因素", en="Passwords and second factors"),
    "grants": Text(zh="用户与授权", en="People and grants"),
    "looks": Text(zh="查看个人数据", en="Looks at personal data"),
}
TITLES = {
    "access.signed_in": Text(zh="登录", en="Signed in"),
    "access.signed_out": Text(zh="退出", en="Signed out"),
    "access.sign_in_failed": Text(zh="登录失败", en="Sign-in failed"),
    "access.locked_out": Text(zh="锁定", en="Locked out"),
    "access.lock_out_lifted": Text(zh="解除锁定", en="Lock-out lifted"),
    "access.session_ended": Text(zh="会话结束", en="Session ended"),
    "access.second_factor_set": Text(zh="设置第二因素", en="Second factor set"),
    "access.second_factor_removed": Text(zh="移除第二因素", en="Second factor removed"),
    "access.recovery_code_used": Text(zh="使用恢复码", en="Recovery code used"),
    "access.recovery_codes_renewed": Text(zh="更换恢复码", en="Recovery codes renewed"),
    "access.password_set": Text(zh="修改密码", en="Password set"),
    "access.identity_linked": Text(zh="绑定统一身份", en="Identity tied"),
    "access.identity_unlinked": Text(zh="解绑统一身份", en="Identity untied"),
    "access.personal_data_read": Text(zh="查看个人数据", en="Personal data looked at"),
    "access.user_erased": Text(zh="删除个人数据", en="Personal data erased"),
    "access.grant": Text(zh="授权", en="Granted"),
    "access.end_grant": Text(zh="终止授权", en="Grant ended"),
    "access.add_user": Text(zh="新增用户", en="User added"),
    "access.deactivate": Text(zh="停用用户", en="User deactivated"),
    "access.make_token": Text(zh="签发令牌", en="Token made"),
    "access.revoke_token": Text(zh="吊销令牌", en="Token revoked"),
}


def _page(
    request: ConsoleRequest, one: User, *, person: personal.Person | None = None, refusal: Refusal | None = None
) -> HttpResponse:
    today = people.today(request.now)
    grants = list(one.grants.select_related("area", "party").defer("area__geometry", "area__words"))
    facts = {
        "one": one,
        "person": person or personal.masked([one])[0],
        "is_unmasked": person is not None,
        "grants": [
            (held, is_in_force(held.valid_from, held.valid_until, today), held.valid_from > today) for held in grants
        ],
        "has_factor": second_factor.has_second_factor(one),
        "locked_until": lockout.locked_users([one], request.now).get(one.pk),
        "sessions": sessions.sessions_of(one),
        "roles": RoleName.choices,
        "parties": list(Party.objects.order_by("key").only("key", "name")[:500]),
        "areas": list(
            Area.objects.current().filter(level__in=["city", "district", "street"]).only("code", "name")[:500]
        ),
        "today": today,
        "refusal": {"sentence": refusal.say(get_language() or "zh"), "code": refusal.code} if refusal else None,
        "asked": request.POST if refusal else {},
    }
    return render(request, "console/access/user.html", facts, status=422 if refusal else 200)


def _dressed(shown: list[User], request: ConsoleRequest) -> list[dict[str, object]]:
    """Users with what the list says of them; four queries, whatever their number."""
    today, pks = people.today(request.now), [one.pk for one in shown]
    roles: dict[int, set[str]] = {}
    for held in people.in_force(today).filter(user__in=pks):
        roles.setdefault(held.user_id, set()).add(str(RoleName(held.role).label))
    factors = set(
        SecondFactor.objects.filter(user__in=pks).exclude(confirmed_at=None).values_list("user_id", flat=True)
    )
    locked = lockout.locked_users(shown, request.now)
    return [
        {
            "user": one,
            "person": person,
            "roles": sorted(roles.get(one.pk, ())),
            "has_factor": one.pk in factors,
            "locked_until": locked.get(one.pk),
        }
        for one, person in zip(shown, personal.masked(shown), strict=True)
    ]


def _user(uid: UUID) -> User:
    found = User.objects.select_related("party").filter(uid=uid).first()
    if found is None:
        raise NotFound(noun=Text(zh="用户", en="user"), name=uid)
    return found


def _day(said: str) -> date | None:
    """The day of a form; None where it is empty. Raises BadPeriod for what is no day."""
    try:
        found = parse_date(said.strip()) if said.strip() else None
    except ValueError:
        found = None
    if said.strip() and found is None:
        raise BadPeriod(since=said[:20], until="?")
    return found


def _area(code: str) -> Area | None:
    if not code:
        return None
    found = Area.objects.current().defer("geometry").filter(code=code).first()
    if found is None:
        raise NotFound(noun=Text(zh="区域", en="area"), name=code[:40])
    return found


def _party(key: str) -> Party | None:
    if not key:
        return None
    found = Party.objects.filter(key=key).first()
    if found is None:
        raise NotFound(noun=Text(zh="责任主体", en="party"), name=key[:120])
    return found
