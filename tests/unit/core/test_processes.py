from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ohifbuild.core.errors import ToolFailed, ToolMissing
from ohifbuild.core.processes import KILLED, find_program, output, quoted, run, running, stop

# Starts a grandchild that ignores SIGTERM, and prints its process id.
PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", '''
import signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
sys.stdin.read()
'''], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
sys.stdin.read()
child.wait()
"""


def python(program: str) -> list[str | Path]:
    return [sys.executable, "-c", program]


def test_both_outputs_are_returned_without_colours_and_each_line_is_passed_on(tmp_path: Path) -> None:
    lines: list[str] = []
    program = r"import sys; print('\x1b[31mred\x1b[0m', flush=True); print('blue', file=sys.stderr)"
    text = run(python(program), on_line=lines.append, log=tmp_path / "logs/log.txt")
    assert lines == text.splitlines() == ["red", "blue"]
    assert (tmp_path / "logs/log.txt").read_text() == "red\nblue\n"


def test_a_program_that_takes_too_long_is_killed_with_all_that_it_started() -> None:
    with pytest.raises(ToolFailed) as caught:
        run(python(PARENT), longest=0.5)
    assert caught.value.cause == KILLED


def test_output_returns_only_standard_output() -> None:
    assert output(python("import sys; print('[1]'); print('a warning', file=sys.stderr)")) == "[1]\n"


def test_a_failure_shows_the_last_lines_and_the_command() -> None:
    with pytest.raises(ToolFailed) as caught:
        run(python("print(*range(100), sep='\\n'); raise SystemExit(3)"))
    assert "failed with exit status 3" in caught.value.what
    assert caught.value.details.splitlines()[-1] == "99"
    assert len(caught.value.details.splitlines()) == 40
    assert "SystemExit(3)" in caught.value.fix


@pytest.mark.parametrize("call", [run, output])
def test_credentials_in_urls_are_not_shown(call: object) -> None:
    with pytest.raises(ToolFailed) as caught:
        call(python("raise SystemExit('https://me:geheim@host/x refused')"))  # type: ignore[operator]
    assert "https://***@host/x refused" in caught.value.details
    assert "geheim" not in caught.value.details + caught.value.fix


def test_a_program_killed_by_another_process_has_that_as_its_cause() -> None:
    with pytest.raises(ToolFailed) as caught:
        run(python("import os, signal; os.kill(os.getpid(), signal.SIGKILL)"))
    assert caught.value.cause == KILLED
    assert "memory" in KILLED


def test_a_missing_program_is_named() -> None:
    with pytest.raises(ToolMissing, match="no-such-program"):
        run(["no-such-program"])


def test_a_file_that_is_not_a_program_for_this_machine_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(b"\x7fELFnonsense")
    broken.chmod(0o755)
    with pytest.raises(ToolFailed, match="cannot be started"):
        run([broken])


def test_programs_are_found_on_the_given_path(tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("#!/bin/sh\n")
    (tmp_path / "tool").chmod(0o755)
    assert find_program("tool", env={"PATH": str(tmp_path)}) == tmp_path / "tool"
    assert find_program("tool", env={"PATH": ""}) is None


def test_no_descendant_outlives_the_block() -> None:
    with running(python(PARENT)) as child:
        assert child.stdout
        grandchild = int(child.stdout.readline())
        os.kill(grandchild, 0)
        stop(child, grace=0.1)
    assert child.returncode == -signal.SIGTERM
    assert ends(grandchild)


def test_ctrl_c_stops_the_program() -> None:
    seen: list[int] = []

    def interrupt(line: str) -> None:
        seen.append(int(line))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(python(PARENT), on_line=interrupt)
    assert ends(seen[0])


def test_a_command_is_quoted_for_a_shell() -> None:
    assert quoted(["echo", Path("a b"), "$x"]) == "echo 'a b' '$x'"


def ends(pid: int) -> bool:
    """Whether the process ends within 20 seconds: a killed process needs a moment to disappear."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 20)[0])
    finally:
        os.close(handle)


# Runs a program that starts another one, tells their process ids, and waits for them.
CALLER = """
import subprocess
import sys
from ohifbuild.core.processes import run
run([sys.executable, "-c", sys.argv[1]], on_line=lambda line: print(line, flush=True))
"""
FAMILY = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
print(os.getpid(), child.pid, flush=True)
child.wait()
"""


def test_a_program_has_no_children_that_it_did_not_start() -> None:
    """nginx's reload, for one, waits for the end of all children of its master process."""
    children = "import os; print(open(f'/proc/self/task/{os.getpid()}/children').read().split())"
    assert run(python(children)).strip() == "[]"


def test_no_program_outlives_a_caller_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", CALLER, FAMILY], stdout=subprocess.PIPE, text=True) as caller:
        assert caller.stdout
        ended = [os.pidfd_open(int(pid)) for pid in caller.stdout.readline().split()]
        caller.kill()
    for descriptor in ended:
        assert select.select([descriptor], [], [], 60)[0], "the program still runs"
        os.close(descriptor)


def test_a_file_that_is_no_program_of_this_machine_is_not_run_by_a_shell(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text(f"touch {tmp_path / 'run-by-a-shell'}\n")
    program.chmod(0o755)
    with pytest.raises(ToolFailed, match="cannot be started: Exec format error"):
        run([program])
    assert not (tmp_path / "run-by-a-shell").exists()


@pytest.mark.parametrize("locale", [{}, {"LC_CTYPE": "de_DE.UTF-8"}])
def test_a_program_gets_the_environment_that_it_is_given_and_no_more(locale: dict[str, str]) -> None:
    env = {"PATH": os.environ["PATH"], "LANG": "C", **locale}
    given = output(["env"], env=env).splitlines()
    assert sorted(given) == sorted(f"{name}={value}" for name, value in env.items())
