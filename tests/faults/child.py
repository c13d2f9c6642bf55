"""Runs the command line in a child process in which a fault happens."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

INJECTOR = Path(__file__).parent / "injector"
LONGEST_SECONDS = 600.0
TRACEBACK = re.compile(r"Traceback \(most recent call last\)|Exception ignored")
OURS = "ohifbuild/"
"""Python itself cannot be interrupted quietly before it runs our first line; a traceback of ours names our files."""


@dataclass(frozen=True)
class Fault:
    """What happens at the ``number``-th call of the file system below ``places``; 0 for nothing.

    Args:
        signal: the process gets this signal; 0 for none.
        error: the call fails with this error, a name of ``errno``.
        clock: the clock jumps by so much before the call, such as "+10y"; needs libfaketime in the environment.
        lasting: all later calls fail too.
        events: the audit events that count; empty for all that write, lock or start a program.
        report: a file that gets the number of calls at the end; "" for none.
    """

    number: int = 0
    signal: int = 0
    error: str = ""
    clock: str = ""
    lasting: bool = False
    events: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    report: str = ""


@dataclass(frozen=True)
class Done:
    """How a command ended: its exit status (negative: a signal), and what it printed."""

    status: int
    output: str
    errors: str

    @property
    def has_traceback(self) -> bool:
        """Whether a person saw a traceback of Python."""
        return bool(TRACEBACK.search(self.errors)) and OURS in self.errors

    @property
    def is_explained(self) -> bool:
        """Whether the command failed with an error of ours: what, a cause, what to do."""
        words = ("Error: ", "Likely cause: ", "What to do: ")
        return self.status > 1 and not self.has_traceback and all(word in self.errors for word in words)


def started(
    argv: Sequence[str], folder: Path, env: dict[str, str], fault: Fault | None = None
) -> subprocess.Popen[str]:
    """Starts ``ohifbuild`` in ``folder``."""
    more = {"PYTHONPATH": str(INJECTOR), "OHIFBUILD_FAULT": json.dumps(asdict(fault))} if fault else {}
    return subprocess.Popen(
        [sys.executable, "-m", "ohifbuild", *argv],
        cwd=folder,
        env={**env, **more},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )


def run(argv: Sequence[str], folder: Path, env: dict[str, str], fault: Fault | None = None) -> Done:
    """Runs ``ohifbuild`` to its end; goes on with a process that stops itself."""
    child = started(argv, folder, env, fault)
    return finished(child, goes_on=bool(fault and fault.signal == signal.SIGSTOP))


def finished(child: subprocess.Popen[str], *, goes_on: bool = False) -> Done:
    """Waits for the end of a child, and reads what it printed.

    Args:
        goes_on: whether it may stop itself, and has to be continued.
    """
    waker = threading.Thread(target=_continue_when_stopped, args=(child.pid,)) if goes_on else None
    if waker:
        waker.start()
    try:
        output, errors = child.communicate(timeout=LONGEST_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        raise
    if waker:
        waker.join()
    return Done(child.returncode, output, errors)


def _continue_when_stopped(pid: int) -> None:
    while True:
        try:
            found = os.waitid(os.P_PID, pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        except ChildProcessError:
            return
        if found is None or found.si_code != os.CLD_STOPPED:
            return
        os.waitid(os.P_PID, pid, os.WSTOPPED)
        os.kill(pid, signal.SIGCONT)
