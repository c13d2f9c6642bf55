"""The data classes for patches and for the result of trying them. All values are frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ohifbuild.releases.ranges import Range

State = Literal["fits", "already", "not-for", "drifted", "conflict"]


@dataclass(frozen=True)
class Condition:
    """After the change, ``rule`` must match exactly ``matches`` times in the changed files."""

    rule: Mapping[str, Any]
    matches: int


@dataclass(frozen=True)
class Change:
    """One rule of a patch.

    ``files`` are POSIX paths or globs in the checkout: the names of one file in different releases. ``rule`` is
    ast-grep's configuration (``rule``, ``constraints``, ``utils``, ``transform``); it must match ``matches`` times in
    all files that exist, and never after the change. ``fix`` replaces each match. ``releases`` narrows the patch's
    range.
    """

    number: int
    files: tuple[str, ...]
    releases: Range | None
    rule: Mapping[str, Any]
    matches: int
    fix: str
    after: tuple[Condition, ...]


@dataclass(frozen=True)
class Upstream:
    """What OHIF does about the same thing, in an issue or a pull request.

    ``merged``: the releases in ``since`` do it themselves, so the patch is not needed there; ``open``: it is proposed;
    ``moves``: a change of OHIF's takes the patched code elsewhere. ``about`` says which part of the patch is meant.
    """

    link: str
    state: Literal["merged", "open", "moves"]
    about: str
    since: Range | None = None


@dataclass(frozen=True)
class Patch:
    """One folder of ``patches/``. ``source`` is the path of its ``patch.toml``."""

    name: str
    reason: str
    issues: tuple[str, ...]
    releases: Range
    changes: tuple[Change, ...]
    source: Path
    upstream: tuple[Upstream, ...] = ()


@dataclass(frozen=True)
class DriftRow:
    """The result of trying one change (``change`` counts from 1) in one release.

    States: ``fits``: the rule matches as often as required, and every condition holds afterwards; ``already``: the
    change was made before; ``not-for``: the release is outside the patch's range; ``drifted``: the rule does not match
    the code any more; ``conflict``: another change changes the same node. ``detail`` has ``file:line`` and an excerpt.
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
    """What ``apply`` did. ``changed`` are the written files, as POSIX paths in the checkout."""

    version: str
    rows: tuple[DriftRow, ...]
    changed: tuple[str, ...]
