# SPDX-License-Identifier: Apache-2.0
"""The first start of an installation: a city profile and, unless told not to, the demo city."""

from __future__ import annotations

import time
from collections.abc import Callable

from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

Say = Callable[[str], None]
_DEMOS = ("hengyang", "washington")
_TELL_EVERY_S = 1.0


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
