"""Becomes another program, and leaves a guard in its process group that ends the group when its caller is dead.

``processes.py`` runs this file instead of each program. A caller that gets SIGKILL cannot end what it started. So
the guard reads from a pipe that only the caller could write to: the read ends when the caller ends, however it ends.

Arguments: the descriptor of that pipe, the descriptor for the report, the program's ``LC_CTYPE``, and the program with
its arguments. The report is the guard's process id and, if the program cannot be started, the number of the error.
"""

from __future__ import annotations

import os
import signal
import sys


def main() -> None:
    """Starts the guard and becomes the program."""
    caller, report, locale, *argv = sys.argv[1:]
    _leave_guard(int(caller), int(report))
    os.close(int(caller))
    os.set_inheritable(int(report), False)
    # Python ignores these and may set LC_CTYPE, and the program would inherit that.
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    os.environ.pop("LC_CTYPE", None)
    if locale:
        os.environ["LC_CTYPE"] = locale
    try:
        os.execv(argv[0], argv)  # noqa: S606 (an argument list, and no shell)
    except OSError as error:
        os.write(int(report), str(error.errno).encode())


def _leave_guard(caller: int, report: int) -> None:
    """Starts the guard, and reports its process id. It is not a child: the program expects only its own ones."""
    between = os.fork()
    if between:
        os.waitpid(between, 0)
        return
    guard = os.fork()
    if guard:
        os.write(report, f"{guard} ".encode())
        os._exit(0)
    os.close(report)
    _guard(caller)


def _guard(caller: int) -> None:
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.read(caller, 1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
