"""Child processes: every program that ohifbuild runs is started here.

A program is looked up on the PATH first and never runs through a shell. It gets an explicit environment and its own
process group. When the caller leaves, also with Ctrl-C, the whole group gets SIGTERM and then SIGKILL. When the caller
is killed, ``guarded.py`` ends the group. So no process outlives the caller. A child's output is kept and shown only if
the child fails; ``on_line`` gets each line at once.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from ohifbuild.core.errors import ToolFailed, ToolMissing
from ohifbuild.core.temporary import system_folder

GRACE_SECONDS = 5.0
POLL_SECONDS = 0.2
REPLAYED_LINES = 40
ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
GUARDED = Path(__file__).with_name("guarded.py")
CREDENTIALS = re.compile(r"(?<=://)[^\s/@]+@")
KILLED = "Another process killed it, usually because the machine ran out of memory."


def find_program(name: str, *, env: Mapping[str, str] | None = None) -> Path | None:
    """The absolute path of ``name`` on the PATH of ``env`` (default: our own environment), or None."""
    found = shutil.which(name, path=(env if env is not None else os.environ).get("PATH"))
    return Path(found).absolute() if found else None


def run(
    argv: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    on_line: Callable[[str], None] | None = None,
    log: Path | None = None,
    fix: str = "",
    longest: float | None = None,
) -> str:
    """Runs a program to its end; returns its standard output and error, interleaved, without colour codes.

    Args:
        argv: the program (a name on the PATH, or a path) and its arguments.
        cwd: the child's working folder; default: our own.
        env: the child's whole environment; default: our own.
        on_line: called with each line as it is printed.
        log: a file that receives the whole output.
        fix: the ``fix`` of the error, if the program fails.
        longest: the seconds after which the program is killed, with all that it started; None for no limit.

    Raises:
        ToolMissing: the program is not installed.
        ToolFailed: the program did not start, or its exit status is not 0; ``details`` holds its last lines, without
            the credentials in URLs.
    """
    kept: list[str] = []
    with _spawn(argv, cwd=cwd, env=env) as child, _killed_after(longest, child), _opened(log) as log_file:
        assert child.stdout is not None
        for raw in child.stdout:
            line = ANSI.sub("", raw.rstrip("\n"))
            kept.append(line)
            if log_file:
                log_file.write(line + "\n")
            if on_line:
                on_line(line)
        status = child.wait()
    if status != 0:
        raise _failed(argv, status, kept, fix)
    return "\n".join(kept)


def output(argv: Sequence[str | Path], *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """Runs a program to its end; returns only its standard output: for programs that print JSON.

    Raises:
        ToolMissing: the program is not installed.
        ToolFailed: its exit status is not 0; ``details`` holds the end of its standard error and output.
    """
    with tempfile.TemporaryFile(mode="w+", encoding="utf-8", errors="replace", dir=system_folder()) as errors:
        with _spawn(argv, cwd=cwd, env=env, stderr=errors) as child:
            assert child.stdout is not None
            text = child.stdout.read()
            status = child.wait()
        if status != 0:
            errors.seek(0)
            lines = ANSI.sub("", errors.read() + text).splitlines()
            raise _failed(argv, status, lines, "")
    return text


def run_within(
    seconds: float,
    argv: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stopped: threading.Event | None = None,
) -> tuple[int | None, str]:
    """Runs a program for at most ``seconds``; returns its exit status and its output and error, interleaved.

    The result is ``(None, "")`` if the program took longer and was stopped, or if ``stopped`` was set meanwhile.
    ``stopped`` interrupts a call in a thread other than the main one, because Ctrl-C only reaches the main thread.

    Raises:
        ToolMissing: the program is not installed.
        ToolFailed: the program did not start.
    """
    end = time.monotonic() + seconds
    with _spawn(argv, cwd=cwd, env=env) as child:
        while not (stopped and stopped.is_set()) and (left := end - time.monotonic()) > 0:
            with suppress(subprocess.TimeoutExpired):
                text, _ = child.communicate(timeout=min(left, POLL_SECONDS))
                return child.returncode, text
    return None, ""


@contextmanager
def running(
    argv: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[str]]:
    """Runs a program in the background until the block ends.

    Its standard output and error share one pipe, ``child.stdout``. Read it if the program prints more than 64 KiB.

    Raises:
        ToolMissing: the program is not installed.
        ToolFailed: the program did not start.
    """
    with _spawn(argv, cwd=cwd, env=env) as child:
        yield child


def quoted(argv: Sequence[str | Path]) -> str:
    """The command, quoted for a shell."""
    return shlex.join(str(part) for part in argv)


def without_credentials(text: str) -> str:
    """The text with ``***`` for the user and password of each URL in it."""
    return CREDENTIALS.sub("***@", text)


def stop(child: subprocess.Popen[str], grace: float = GRACE_SECONDS) -> None:
    """Ends the child's whole process group: sends SIGTERM, waits ``grace`` seconds, then sends SIGKILL."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        child.wait(grace)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


@contextmanager
def _killed_after(seconds: float | None, child: subprocess.Popen[str]) -> Iterator[None]:
    def kill() -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)

    timer = threading.Timer(seconds, kill) if seconds is not None else None
    if timer:
        timer.start()
    try:
        yield
    finally:
        if timer:
            timer.cancel()


@contextmanager
def _spawn(
    argv: Sequence[str | Path],
    *,
    cwd: Path | None,
    env: Mapping[str, str] | None,
    stderr: int | IO[str] = subprocess.STDOUT,
) -> Iterator[subprocess.Popen[str]]:
    program = find_program(str(argv[0]), env=env)
    if program is None:
        raise ToolMissing(
            f"The program {argv[0]} was not found.",
            cause="It is not installed, or it is not on the PATH.",
            fix=f"Install {argv[0]}, or add its folder to PATH.",
        )
    with _guarded([str(program), *map(str, argv[1:])], cwd=cwd, env=env, stderr=stderr) as child:
        yield child


@contextmanager
def _guarded(
    command: list[str], *, cwd: Path | None, env: Mapping[str, str] | None, stderr: int | IO[str]
) -> Iterator[subprocess.Popen[str]]:
    """Runs a command with a guard, until the block ends."""
    caller, open_while_we_live = os.pipe()
    report, report_to = os.pipe()
    guards: list[int] = []
    locale = (os.environ if env is None else env).get("LC_CTYPE", "")
    try:
        try:
            child = subprocess.Popen(
                [sys.executable, "-I", "-S", str(GUARDED), str(caller), str(report_to), locale, *command],
                cwd=cwd,
                env=dict(env) if env is not None else None,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
                pass_fds=(caller, report_to),
            )
        except OSError as error:
            raise _not_started(command[0], error.strerror or str(error)) from error
        finally:
            os.close(caller)
            os.close(report_to)
        try:
            with os.fdopen(os.dup(report), encoding="ascii") as told:
                numbers = [int(word) for word in told.read().split()]
            guards, failures = numbers[:1], numbers[1:]
            for number in failures:
                raise _not_started(command[0], os.strerror(number))
            yield child
        finally:
            stop(child)
            if child.stdout:
                child.stdout.close()
            for guard in guards:
                with suppress(ChildProcessError):  # it is ours only in a container whose first process we are
                    os.waitpid(guard, 0)
    finally:
        os.close(report)
        os.close(open_while_we_live)


def _not_started(program: str, reason: str) -> ToolFailed:
    return ToolFailed(
        f"{program} cannot be started: {reason}.",
        cause="It is not a program for this machine, or its folder was removed.",
        fix=f"Install {Path(program).name} again.",
    )


@contextmanager
def _opened(log: Path | None) -> Iterator[IO[str] | None]:
    if log is None:
        yield None
        return
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as file:
        yield file


def _failed(argv: Sequence[str | Path], status: int, lines: Sequence[str], fix: str) -> ToolFailed:
    return ToolFailed(
        f"{Path(argv[0]).name} failed with exit status {status}.",
        cause=_cause_of(status),
        fix=fix or f"Run the command by hand to see more: {without_credentials(quoted(argv))}",
        details=without_credentials("\n".join(lines[-REPLAYED_LINES:])),
    )


def _cause_of(status: int) -> str:
    if status == -signal.SIGKILL:
        return KILLED
    if status < 0:
        return f"It was stopped by signal {-status}."
    return "The last lines of its output say why."
