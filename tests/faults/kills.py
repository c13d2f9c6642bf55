"""Ends commands at random moments and at chosen calls, and checks what they leave and what the next run makes of it.

The long forms are ``python -m faults.kills --seed 1 --kills 300`` and ``--boundaries``: see
``docs/explanation/faults.md``.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from faults.child import Done, Fault, finished, started
from faults.world import EMPTY, FROM_GIT, VERIFY, Case, Command, World, contents_of, entries_of, made_world
from ohifbuild.cache.entries import seal
from ohifbuild.core.digests import seal_of

SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGSTOP)
INTERRUPTED = 130
INTERPRETER = re.compile(r"Could not import runpy module|Fatal Python error|KeyboardInterrupt")
"""What Python says if it is interrupted before it runs our first line."""
ENDING_SECONDS = 30.0
BOUNDARIES = ("os.rename", "subprocess.Popen", "fcntl.flock")
"""What begins or ends a step: a folder takes its place, a program starts, a lock is taken or given back."""
BEFORE_ITS_END = 0.9
"""Signals at a random time come in this part of a run's usual time; those that come after its end do not count."""
EXPECTED = {
    *("cache", "dist", "dist.evidence", "viewer", "viewer.evidence", "site"),
    *("ward.toml", "ward.lock", "ohifbuild.lock"),
    *EMPTY,
}


@dataclass(frozen=True)
class Kill:
    """When a command gets a signal: before its ``call``-th call of the file system, or after ``seconds``.

    Args:
        events: the calls that count; empty for all.
    """

    signal: signal.Signals
    call: int = 0
    seconds: float = 0.0
    events: tuple[str, ...] = ()

    def __str__(self) -> str:
        what = "boundary" if self.events else "call"
        return f"{self.signal.name} " + (f"at {what} {self.call}" if self.call else f"after {self.seconds:.3f} s")


@dataclass(frozen=True)
class Clean:
    """A run of a command without a fault: its results before and after, its calls and its seconds."""

    before: object
    after: object
    calls: int
    seconds: float


@dataclass
class Outcome:
    """What is wrong after a kill: bad outputs, repairs that a person would have to make, and leftovers.

    Args:
        ended: how the run ended.
        late: whether it had ended before the signal.
    """

    bad: list[str] = field(default_factory=list)
    repairs: list[str] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)
    ended: str = ""
    late: bool = False

    @property
    def problems(self) -> list[str]:
        """All of them."""
        return [*self.bad, *self.repairs, *self.leftovers]


def clean_run(world: World, command: Command, folder: Path, events: tuple[str, ...] = ()) -> Clean:
    """Runs a command without a fault, and counts its calls: those of ``events``, or all."""
    case = world.case(folder, command)
    before = case.result()
    report = folder.with_name(f"{folder.name}.calls")
    begun = time.monotonic()
    done = case.run(Fault(places=(str(folder),), events=events, report=str(report)))
    seconds = time.monotonic() - begun
    assert done.status == 0, f"{command.name}: {done.errors}"
    assert not leftovers(case), leftovers(case)
    clean = Clean(before, case.result(), int(report.read_text()), seconds)
    shutil.rmtree(folder)
    return clean


def killed(world: World, command: Command, clean: Clean, kill: Kill, folder: Path) -> Outcome:
    """Ends one run of a command, checks what is there, runs it again, and checks what is left."""
    case = world.case(folder, command)
    outcome = Outcome()
    done, struck = _run(case, kill)
    outcome.late = not struck
    outcome.ended = "at its end" if done.status == 0 else f"status {done.status}"
    _check_end(done, kill, outcome)
    _check_state(case, clean, outcome, "after the signal")
    if kill.signal in (signal.SIGTERM, signal.SIGINT):
        outcome.leftovers += [f"after the signal: {each}" for each in leftovers(case)]
    again = case.run()
    if again.status != 0 or again.has_traceback:
        outcome.repairs.append(f"the next run fails with status {again.status}: {again.errors[-1500:]}")
    _check_state(case, clean, outcome, "after the next run")
    if case.result() != clean.after:
        outcome.bad.append(f"the next run makes something else: {case.result()!r} instead of {clean.after!r}")
    outcome.leftovers += leftovers(case)
    if not outcome.problems:
        shutil.rmtree(folder)
    return outcome


def _run(case: Case, kill: Kill) -> tuple[Done, bool]:
    """How a run ended, and whether the signal came before."""
    stops = kill.signal == signal.SIGSTOP
    if kill.call:
        done = case.run(Fault(kill.call, kill.signal, places=(str(case.folder),), events=kill.events))
        return done, stops or done.status != 0
    child = started(case.command.argv, case.folder, case.env)
    struck = threading.Event()

    def strike() -> None:
        if child.poll() is None:
            struck.set()
            child.send_signal(kill.signal)

    timer = threading.Timer(kill.seconds, strike)
    timer.start()
    try:
        return finished(child, goes_on=stops), struck.is_set()
    finally:
        timer.cancel()
        timer.join()


def _check_end(done: Done, kill: Kill, outcome: Outcome) -> None:
    # A signal that comes before Python has installed its handlers ends the process as usual.
    # Python itself may end with SIGINT, which is 130 for a shell too.
    interrupted = {INTERRUPTED, -signal.SIGINT} if kill.signal != signal.SIGKILL else set()
    allowed = {0, -kill.signal} | interrupted
    if INTERPRETER.search(done.errors) and not done.has_traceback:
        allowed.add(1)
    if done.status not in allowed:
        outcome.bad.append(f"exit status {done.status} after {kill.signal.name}: {done.errors[-1500:]}")
    if done.has_traceback:
        outcome.bad.append(f"a traceback after {kill.signal.name}: {done.errors[-3000:]}")


def _check_state(case: Case, clean: Clean, outcome: Outcome, when: str) -> None:
    try:
        found = case.result()
    except (AssertionError, OSError, ValueError) as error:
        outcome.bad.append(f"{when}: {error}")
        return
    pruned = isinstance(found, frozenset) and isinstance(clean.before, frozenset) and found <= clean.before
    if found not in (clean.before, clean.after, None) and not _lacks_documents(found, clean) and not pruned:
        outcome.bad.append(f"{when}: {found!r} is neither the old nor the new result")
    if not (case.folder / "cache").exists():
        return
    for name, entry in entries_of(case.folder / "cache"):
        contents = contents_of(entry)
        if contents != case.world.references.get(name, contents) or seal_of(entry) != seal(entry).read_text():
            outcome.bad.append(f"{when}: the entry {name} of the cache has wrong bytes")


def _lacks_documents(found: object, clean: Clean) -> bool:
    """Whether a dist is the old one or the new one, and has no evidence: it was removed first, and comes last."""
    wholes = [each for each in (clean.before, clean.after) if isinstance(each, tuple)]
    return isinstance(found, tuple) and any(found == (digest, ()) for digest, *_ in wholes)


def leftovers(case: Case) -> list[str]:
    """What a run left that is not its result: processes, locks, temporary folders and files."""
    found = [f"the process {line}" for line in _processes_end(case.folder)]
    found += [f"{path.name} beside the output" for path in case.folder.iterdir() if path.name not in EXPECTED]
    found += [f"{path.name} in TMPDIR" for path in (case.folder / "tmp").iterdir()]
    if (case.folder / "cache").exists():
        found += [f"{path} in the cache" for path in (case.folder / "cache").glob("*/.*.work-*")]
    found += [f"{path} in the deployment" for path in (case.folder / "site").rglob(".*")]
    return found + [f"a lock: {line}" for line in _locks(case.folder)]


def _processes_end(folder: Path) -> list[str]:
    """The processes of a case that have not ended after a while."""
    until, waiting = time.monotonic() + ENDING_SECONDS, threading.Event()
    while (found := list(_processes(folder))) and time.monotonic() < until:
        waiting.wait(0.01)
    return found


def _processes(folder: Path) -> Iterator[str]:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(folder).encode() in (process / "environ").read_bytes():
                words = (process / "cmdline").read_bytes().split(b"\0")
                yield f"{process.name}: {b' '.join(words)[:200].decode(errors='replace')}"
        except OSError:  # it has ended, or belongs to another user
            continue


def _locks(folder: Path) -> list[str]:
    held = {line.split()[5].rpartition(":")[2]: line for line in Path("/proc/locks").read_text().splitlines()}
    inodes = {str(path.lstat().st_ino) for path in folder.rglob("*") if path.name.startswith(".")}
    return [line for inode, line in held.items() if inode in inodes]


def random_kill(chance: random.Random, clean: Clean) -> Kill:
    """A signal at a random call, or at a random time."""
    number = chance.choice(SIGNALS)
    if clean.calls and chance.random() < 0.5:
        return Kill(number, call=chance.randint(1, clean.calls))
    return Kill(number, seconds=chance.uniform(0, clean.seconds * BEFORE_ITS_END))


@dataclass
class Tally:
    """The figures of a long run."""

    kills: Counter[str] = field(default_factory=Counter)
    bad: int = 0
    repairs: int = 0
    leftovers: int = 0
    late: int = 0

    @property
    def count(self) -> int:
        """How many runs a signal ended or stopped; those that had ended before do not count."""
        return sum(self.kills.values())

    def add(self, name: str, kill: Kill, outcome: Outcome) -> None:
        """Counts one signal."""
        self.bad += bool(outcome.bad)
        self.repairs += bool(outcome.repairs)
        self.leftovers += bool(outcome.leftovers)
        if outcome.late:
            self.late += 1
        else:
            self.kills[f"{name}: {kill.signal.name}"] += 1


Say = Callable[[str], None]


def campaign(world: World, folder: Path, *, seed: int, kills: int, say: Say) -> Tally:
    """Kills commands of a world at random; the commands take turns."""
    chance, tally = random.Random(seed), Tally()
    names = sorted(world.commands)
    cleans = {name: clean_run(world, world.commands[name], folder / "clean") for name in names}
    for name, clean in cleans.items():
        say(f"{name}: {clean.calls} calls, {clean.seconds:.1f} s")
    while tally.count < kills:
        name = names[(tally.count + tally.late) % len(names)]
        _add(tally, world, name, cleans[name], random_kill(chance, cleans[name]), folder, say)
    return tally


def sweep(world: World, folder: Path, *, say: Say) -> Tally:
    """Kills each command of a world right before each of its boundaries."""
    tally = Tally()
    for name, command in sorted(world.commands.items()):
        clean = clean_run(world, command, folder / "clean", BOUNDARIES)
        say(f"{name}: {clean.calls} boundaries, {clean.seconds:.1f} s")
        for call in range(1, clean.calls + 1):
            _add(tally, world, name, clean, Kill(signal.SIGKILL, call, events=BOUNDARIES), folder, say)
    return tally


def _add(tally: Tally, world: World, name: str, clean: Clean, kill: Kill, folder: Path, say: Say) -> None:
    case = folder / f"case-{tally.count + tally.late}"
    outcome = killed(world, world.commands[name], clean, kill, case)
    tally.add(name, kill, outcome)
    say(f"{tally.count} {name}: {kill}, {outcome.ended}{': PROBLEM' if outcome.problems else ''}")
    for problem in outcome.problems:
        say(f"    {problem}")


def say_now(line: str) -> None:
    """Prints a line at once."""
    print(line, flush=True)


def main() -> None:
    """The long form."""
    parser = argparse.ArgumentParser(prog="faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="decides signals and moments (default: 1)")
    parser.add_argument("--kills", type=int, default=300, help="how many runs are ended (default: 300)")
    parser.add_argument("--boundaries", action="store_true", help="kill each command before each of its boundaries")
    parser.add_argument("--only", action="append", metavar="COMMAND", help="such as 'build from git'; repeatable")
    parser.add_argument("--not", action="append", default=[], dest="without", metavar="COMMAND", help="repeatable")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    begun = time.monotonic()

    def is_chosen(name: str) -> bool:
        return name in (options.only or [name]) and name not in options.without

    with made_world(folder / "world", with_git=is_chosen(FROM_GIT), with_viewer=is_chosen(VERIFY)) as every:
        world = replace(every, commands={name: each for name, each in every.commands.items() if is_chosen(name)})
        if options.boundaries:
            tally = sweep(world, folder, say=say_now)
        else:
            tally = campaign(world, folder, seed=options.seed, kills=options.kills, say=say_now)
    print(f"{tally.count} kills in {time.monotonic() - begun:.0f} s; {tally.late} further signals came too late")
    for name, count in sorted(tally.kills.items()):
        print(f"  {name:<28} {count}")
    print(
        f"{tally.bad} bad outputs, {tally.repairs} manual repairs, {tally.leftovers} with leftovers after the next run"
    )
    if tally.bad or tally.repairs or tally.leftovers:
        sys.exit(f"The cases with problems are in {folder}.")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
