# SPDX-License-Identifier: Apache-2.0
"""One login for each role, for the demo city only: their password is printed, so a real city must never hold them."""

from __future__ import annotations

from dataclasses import dataclass

from belltower.core.access.actions import add_user, grant
from belltower.core.access.models import RoleName, User
from belltower.core.places.models import Party
from belltower.demo.city import BEGAN_ON, is_demo
from belltower.kernel.actors import Actor
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text

PASSWORD = "belltower-demo"


class NoDemoHere(Refusal):
    """Demo logins are for a demo city only."""

    code = "no_demo_here"
    sentence = Text(
        zh="这里不是演示城市，不能添加演示账号。请先运行 `belltower demo build`，或用 `belltower user add` 添加真实用户。",
        en="This is no demo city, so it gets no demo logins. Run `belltower demo build` first, or add real people.",
    )


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """Who may sign in to the demo, and with what."""

    username: str
    password: str
    role: RoleName
    title: Text


_PEOPLE = {
    RoleName.VIEWER: (None, Text(zh="访客", en="Viewer")),
    RoleName.DESK: ("demo-desk", Text(zh="值班员", en="Duty desk")),
    RoleName.INSPECTOR: ("demo-inspectors", Text(zh="巡查员", en="Inspector")),
    RoleName.SUPERVISOR: ("demo-bureau", Text(zh="督导员", en="Supervisor")),
    RoleName.SECTOR_OFFICER: ("demo-bureau-lighting", Text(zh="行业科员（照明）", en="Sector officer (lighting)")),
    RoleName.PLANNER: ("demo-planning", Text(zh="规划员", en="Planner")),
    RoleName.ASSESSOR: ("demo-assessor", Text(zh="第三方测评员", en="Third-party assessor")),
    RoleName.LEADER: ("demo-bureau", Text(zh="领导", en="Leader")),
    RoleName.ENTERPRISE: ("demo-lighting", Text(zh="企业用户（照明）", en="Enterprise user (lighting)")),
    RoleName.ADMINISTRATOR: ("demo-bureau", Text(zh="系统管理员", en="Administrator")),
}


def demo_logins() -> list[DemoLogin]:
    """The logins this installation's demo has; none in a real city. The password is that of the first day."""
    if not is_demo():
        return []
    there = set(User.objects.filter(username__in=list(_PEOPLE), is_active=True).values_list("username", flat=True))
    return [_login(role) for role in _PEOPLE if role.value in there]


def add_demo_people(*, by: Actor | None = None) -> list[DemoLogin]:
    """Let in one person for each role, named after it, where there is none yet. Raises NoDemoHere in a real city."""
    if not is_demo():
        raise NoDemoHere()
    actor = by or Actor.system("demo")
    there = set(User.objects.filter(username__in=list(_PEOPLE)).values_list("username", flat=True))
    for role, (party, title) in _PEOPLE.items():
        if role.value not in there:
            body = Party.objects.filter(key=party).first() if party else None
            user = add_user(role.value, title, password=PASSWORD, party=body, is_shared=True, by=actor)
            grant(user, role, valid_from=BEGAN_ON, by=actor)
    return demo_logins()


def _login(role: RoleName) -> DemoLogin:
    return DemoLogin(role.value, PASSWORD, role, _PEOPLE[role][1])
