# SPDX-License-Identifier: Apache-2.0
"""Children that never outlive us: Linux's parent-death signal, and root's way of running what refuses root."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import pwd
import signal
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAPABILITY_VERSION_3 = 0x20080522
_CAP_DAC_OVERRIDE = 1
_CLONE_NEWUSER = 0x10000000
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(stop: int = signal.SIGKILL, *, parent: int | None = None) -> None:
    """Ask the kernel to send ``stop`` to this process when its parent dies, by whatever signal.

    Call it in the child. The parent must start the child from its main thread: the signal follows the thread.
    With ``parent`` given, a child whose parent died before it could ask ends at once.
    """
    _libc.prctl(_PR_SET_PDEATHSIG, stop, 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def die_with_server() -> None:
    """In a worker process that a server forked or spawned by multiprocessing: die with that server.

    Anywhere else (a test, a shell that imports the same module) nothing is changed.
    """
    if server := multiprocessing.parent_process():
        die_with_parent(parent=server.pid)


def can_unshare() -> bool:
    """Whether root may give a child a user namespace of its own here; some containers bar it."""
    child = os.fork()
    if child == 0:
        os._exit(0 if _libc.unshare(_CLONE_NEWUSER) == 0 else 1)
    return os.waitpid(child, 0)[1] == 0


def become_unprivileged(user: str | None) -> Callable[[], None]:
    """What a child of root runs before exec so that PostgreSQL does not see uid 0.

    Without ``user`` it enters an unmapped user namespace: to itself it is nobody, on disk it stays the owner of its
    0700 folder. With ``user`` (where namespaces are barred) it becomes that account and keeps one capability,
    DAC_OVERRIDE, so that it reaches its own folder through parents that are closed to that account; no parent is opened.
    """
    if user is None:

        def leave_root() -> None:
            if _libc.unshare(_CLONE_NEWUSER) != 0:
                raise OSError(ctypes.get_errno(), "unshare")

        return leave_root
    entry = pwd.getpwnam(user)

    def switch() -> None:
        _libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
        os.setgroups([])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
        _keep_only(_CAP_DAC_OVERRIDE)

    return switch


def _keep_only(capability: int) -> None:
    """Give this process, and what it executes, this one capability; without it where the container has not got it."""
    bit = 1 << capability
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)  # effective, permitted, inheritable; then the upper halves
    if _libc.capset(header, sets) == 0:
        _libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0)


def before_exec(*, stop: int = signal.SIGKILL, user: str | None = None, leave_root: bool = False) -> Callable[[], None]:
    """A child's ``preexec_fn``: a session of its own (Ctrl-C reaches the supervisor only), and death with the parent.

    With ``leave_root`` a child of root becomes what become_unprivileged() says. The order matters: changing
    credentials clears the parent-death signal.
    """
    parent = os.getpid()
    leave = become_unprivileged(user) if leave_root and os.geteuid() == 0 else None

    def prepare() -> None:
        os.setsid()
        if leave:
            leave()
        die_with_parent(stop, parent=parent)

    return prepare
