"""What a patch is, and what came of trying it. All values are frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ohifbuild.releases.ranges import Range

State = Literal["fits", "already", "not-for", "drifted", "conflict"]


@dataclass(frozen=True)
class Condition:
    """``rule`` must be found exactly ``matches`` times in the changed files, once the change is made."""

    rule: Mapping[str, Any]
    matches: int


@dataclass(frozen=True)
class Change:
    """One rule of a patch.

    ``files`` are POSIX paths or globs below the checkout: the names one file had over time. ``rule`` is a configuration
    of ast-grep (``rule``, ``constraints``, ``utils``, ``transform``); it must be found ``matches`` times over all files
    that exist, and never again afterwards. ``fix`` replaces each match. ``releases`` narrows the patch's own.
    """

    number: int
    files: tuple[str, ...]
    releases: Range | None
    rule: Mapping[str, Any]
    matches: int
    fix: str
    after: tuple[Condition, ...]


@dataclass(frozen=True)
class Patch:
    """One folder of ``patches/``. ``source`` is its ``patch.toml``."""

    name: str
    reason: str
    issues: tuple[str, ...]
    releases: Range
    changes: tuple[Change, ...]
    source: Path


@dataclass(frozen=True)
class DriftRow:
    """What became of one change (``change`` counts from 1) in one release.

    ``fits``: found as often as it must be, and every condition holds afterwards; ``already``: was made before;
    ``not-for``: the release is outside the patch's range; ``drifted``: the code is no longer as the rule knows it;
    ``conflict``: another change touches the same node. ``detail`` says more, with ``file:line`` and an excerpt.
    """

    version: str
    patch: str
    change: int
    state: State
    files: tuple[str, ...]
    expected: int
    found: int
    detail: str = ""

    @property
    def bad(self) -> bool:
        return self.state in ("drifted", "conflict")


@dataclass(frozen=True)
class PatchReport:
    """What ``apply`` did. ``changed`` are the files written, as POSIX paths below the checkout."""

    version: str
    rows: tuple[DriftRow, ...]
    changed: tuple[str, ...]
