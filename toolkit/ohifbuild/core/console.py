"""Messages, progress bars and errors for the user.

The library never prints: its functions take a ``Reporter`` and call it. The command line passes a ``TerminalReporter``
(rich: bars on a terminal, plain lines elsewhere, without colours if ``NO_COLOR`` is set); tests pass a
``SilentReporter``. Everything here goes to standard error; standard output is for results (``--json``, tables).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from ohifbuild.core.errors import OhifbuildError


class Level(IntEnum):
    """How many messages to show."""

    QUIET = 0
    NORMAL = 1
    VERBOSE = 2


class Meter(Protocol):
    """The progress of one step."""

    def advance(self, amount: int = 1) -> None:
        """Adds ``amount`` to what is done."""

    def total(self, amount: int | None) -> None:
        """Sets the total to ``amount`` (None: unknown)."""

    def phase(self, text: str) -> None:
        """Shows what the step does at the moment, in a few words."""


class Reporter(Protocol):
    """Receives the library's messages."""

    def say(self, line: str) -> None:
        """Shows a line of information."""

    def warn(self, line: str) -> None:
        """Shows a warning; the work goes on."""

    def debug(self, line: str) -> None:
        """Shows a line only with ``-v``."""

    @contextmanager
    def step(self, title: str, *, total: int | None = None, unit: str = "") -> Iterator[Meter]:
        """Shows a step with a progress bar; ``unit`` is "B" for bytes, otherwise the bar counts items."""
        yield _NoMeter()


class _NoMeter:
    def advance(self, amount: int = 1) -> None: ...

    def total(self, amount: int | None) -> None: ...

    def phase(self, text: str) -> None: ...


class SilentReporter:
    """Shows nothing and keeps the messages (``lines``, ``warnings``): for tests and for use as a library."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.warnings: list[str] = []

    def say(self, line: str) -> None:
        self.lines.append(line)

    def warn(self, line: str) -> None:
        self.warnings.append(line)

    def debug(self, line: str) -> None:
        pass

    @contextmanager
    def step(self, title: str, *, total: int | None = None, unit: str = "") -> Iterator[Meter]:
        self.lines.append(title)
        yield _NoMeter()


class TerminalReporter:
    """Shows messages on standard error."""

    def __init__(self, level: Level = Level.NORMAL, *, console: Console | None = None) -> None:
        self.level = level
        self.console = console or Console(stderr=True, highlight=False)

    def say(self, line: str) -> None:
        if self.level >= Level.NORMAL:
            self.console.print(Text(line), soft_wrap=True)

    def warn(self, line: str) -> None:
        self.console.print(Text.assemble(("Note: ", "yellow"), line), soft_wrap=True)

    def debug(self, line: str) -> None:
        if self.level >= Level.VERBOSE:
            self.console.print(Text(line, style="dim"), soft_wrap=True)

    @contextmanager
    def step(self, title: str, *, total: int | None = None, unit: str = "") -> Iterator[Meter]:
        if self.level < Level.NORMAL:
            yield _NoMeter()
            return
        started = time.monotonic()
        if self.console.is_terminal:
            with self._bar(unit) as progress:
                task = progress.add_task(title, total=total, phase="")
                yield _BarMeter(progress, task)
        else:
            yield _NoMeter()
        seconds = time.monotonic() - started
        self.console.print(Text.assemble(f"{title:<28} ", (f"{seconds:6.1f} s", "dim")))

    def _bar(self, unit: str) -> Progress:
        amount = DownloadColumn() if unit == "B" else TextColumn("{task.completed:.0f}/{task.total}")
        return Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            amount,
            TimeElapsedColumn(),
            TextColumn("{task.fields[phase]}", style="dim"),
            console=self.console,
            transient=True,
        )


class _BarMeter:
    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def advance(self, amount: int = 1) -> None:
        self._progress.advance(self._task, amount)

    def total(self, amount: int | None) -> None:
        self._progress.update(self._task, total=amount)

    def phase(self, text: str) -> None:
        self._progress.update(self._task, phase=text)


def show_error(error: OhifbuildError, console: Console) -> None:
    """Prints what happened, the likely cause, what to do next and the error's documentation."""
    console.print(Text.assemble(("Error: ", "bold red"), error.what))
    if error.details:
        console.print(Text(error.details, style="dim"))
    if error.cause:
        console.print(Text.assemble(("Likely cause: ", "bold"), error.cause))
    if error.fix:
        console.print(Text.assemble(("What to do: ", "bold"), error.fix))
    console.print(Text.assemble(("Documentation: ", "bold"), error.documentation), soft_wrap=True)
