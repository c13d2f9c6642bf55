"""Runs pairs of visits: both viewers behind one line and one archive, in turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ohifbuild.verification.browser import Browser
from ohifbuild.verification.fixtures import prepare_fixtures
from ohifbuild.verification.pixels import PictureIndex
from ohifbuild.verification.viewer_site import site
from visits.line import Case
from visits.slow_archive import SlowMetadata
from visits.throttle import throttled
from visits.viewers import SETTINGS
from visits.visit import Destination, Visit, visit


@dataclass(frozen=True)
class Pair:
    """A visit of our viewer and one of the other, one directly after the other."""

    ours: Visit
    other: Visit


@contextmanager
def destination(dist: Path, dataset: Path, case: Case) -> Iterator[Destination]:
    """A dist and an archive, served and behind the line, for the length of the block."""
    parts = prepare_fixtures(SETTINGS)
    subject = parts.fixtures.main
    archive = SlowMetadata(dataset, case.metadata)
    with site(dist, archive, parts.tokens, settings=SETTINGS) as running, throttled(case.line, running.origin) as at:

        def received() -> list[str]:
            found = running.received()
            return [f"{each.method} {each.path}" + (f"?{each.query}" if each.query else "") for each in found]

        yield Destination(
            origin=at,
            link=running.link(subject.studies, subject.token).removeprefix(running.origin),
            study=subject.studies[0],
            settings=SETTINGS,
            pictures=PictureIndex(parts.fixtures.pictures),
            received=received,
        )


def measure(
    case: Case, dists: tuple[Path, Path], dataset: Path, browser: Browser, count: int, done: Callable[[Pair], None]
) -> tuple[Pair, ...]:
    """Measures pairs; every second one begins with the other viewer, so that a drift of the machine cancels.

    Args:
        done: is called with each pair.
    """
    pairs = []
    with ExitStack() as stack:
        ours, other = (stack.enter_context(destination(dist, dataset, case)) for dist in dists)
        for number in range(count):
            if number % 2:
                theirs, mine = visit(browser, other)[0], visit(browser, ours)[0]
            else:
                mine, theirs = visit(browser, ours)[0], visit(browser, other)[0]
            pairs.append(Pair(mine, theirs))
            done(pairs[-1])
    return tuple(pairs)
