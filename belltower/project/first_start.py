# SPDX-License-Identifier: Apache-2.0
"""The first start of an installation: a city profile and, unless told not to, the demo city."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

Say = Callable[[str], None]
_DEMOS = ("hengyang", "washington")
_TELL_EVERY_S = 1.0
_DEMO_MACHINES = "demo machines"
_TOKEN_FOR = timedelta(days=7)


def prepare_city(profile: str, *, size: str, is_demo: bool, say: Say) -> None:
    """Choose the city and build the demo, where there is none yet; an installation that has a city is left alone.

    A demo whose building was cut off is built again.
    """
    from belltower.core.places.actions.city import use_profile
    from belltower.core.places.city import load_profile
    from belltower.core.places.models import City
    from belltower.demo import city, people

    if City.objects.exists() and not city.is_unfinished():
        return
    if not is_demo or profile not in _DEMOS:
        use_profile(load_profile(profile), by=Actor.system("first start"))
        return
    city.build(size, profile=profile, progress=telling(say))
    people.add_demo_people()


def install_standards(*, say: Say) -> None:
    """Bring what the installed packs lay down into force, where it is new or changed; the workers judge by it."""
    from belltower.core.places.kinds import register
    from belltower.core.standards.installing import install
    from belltower.kernel.instants import now
    from belltower.packs.register import standards

    done = install(standards(register()), by=Actor.system("packs"), now=now())
    if done.in_force or done.for_review or done.withdrawn:
        say(
            f"  标准条款 Clauses in force {done.in_force:,}, for review {done.for_review:,}, withdrawn {done.withdrawn:,}"
        )


def hold_exams(*, say: Say) -> None:
    """Let the demo's simulated people have sat its exams, once there are standards to ask about."""
    from belltower.demo import learning
    from belltower.demo.city import is_demo
    from belltower.kernel.instants import now

    if is_demo() and (sittings := learning.hold(now())):
        say(f"  模拟考试 Simulated sittings of exams {sittings:,}")


def bring_messages(*, say: Say) -> None:
    """Let the demo's simulated residents have written to its message board; in any other city, nothing."""
    from belltower.demo import messages
    from belltower.demo.city import is_demo
    from belltower.kernel.instants import now

    if is_demo() and (taken := messages.bring(now())):
        say(f"  模拟留言 Simulated messages {taken:,}")


def wake_senses(*, say: Say) -> bool:
    """Let the demo's sensors and people have reported until now, from their first day on; whether this city has any."""
    from belltower.demo import done, senses
    from belltower.demo.city import is_demo
    from belltower.kernel.instants import now

    if not is_demo() or not senses.begin(by=Actor.system("demo"), now=now()):
        return False
    stored = senses.catch_up(now())
    say(f"  模拟读数 Simulated readings {stored:,}")
    say(f"  模拟作业 Simulated activities {done.catch_up(now()):,}")
    return True


def wake_campaigns(*, say: Say) -> None:
    """Let the demo have its campaigns and its plan, before anything is judged; in any other city, nothing."""
    from belltower.demo import campaigns
    from belltower.demo.city import is_demo
    from belltower.kernel.instants import now

    if is_demo() and (made := campaigns.begin(now())).plans:
        say(
            f"  模拟专项整治 Simulated campaigns {made.campaigns}, 行动计划 plans {made.plans}, 上门 visits {made.visits:,}"
        )


def set_up_desks(*, say: Say) -> None:
    """Let the demo have its duty desks; in any other city, nothing."""
    from belltower.demo import desks
    from belltower.demo.city import is_demo
    from belltower.kernel.instants import now

    if is_demo() and (made := desks.begin(now())):
        say(f"  值班台 Duty desks {made}")


def telling(say: Say) -> Callable[[Text, int], None]:
    """Says what is being done, and how far it is at most once a second."""
    last: tuple[str, float] = ("", 0.0)

    def tell(doing: Text, done: int) -> None:
        nonlocal last
        now = time.monotonic()
        if doing.en != last[0] or now - last[1] >= _TELL_EVERY_S:
            say(f"  {doing.zh} {doing.en}" + (f" {done:,}" if done else ""))
            last = (doing.en, now)

    return tell


def demo_logins() -> list[tuple[str, str, str]]:
    """Role, name and password of each demo login; none where the demo city was not built."""
    from belltower.demo import people

    return [(login.title.zh, login.username, login.password) for login in people.demo_logins()]


def demo_token() -> str | None:
    """A fresh token with which machines may report to the demo city and read it; None where that was not built.

    Those of earlier starts are revoked: each is printed once, and only the last is good.
    """
    from belltower.core.access import actions
    from belltower.core.access.models import Token
    from belltower.core.access.rules import Verb
    from belltower.demo.city import is_demo
    from belltower.kernel.instants import now

    if not is_demo():
        return None
    by, at = Actor.system("first start"), now()
    account = actions.service_account(_DEMO_MACHINES, by=by)
    for old in Token.objects.filter(account=account, revoked_at=None):
        actions.revoke_token(old, by=by, now=at)
    verbs = (Verb.VIEW, Verb.EDIT, Verb.SENSE)
    return actions.make_token(account, scopes=verbs, expires_at=at + _TOKEN_FOR, by=by, now=at).secret
