"""Missing exports that a recipe accepts by ``allow_missing``: ``MODULE NAME`` each, as the package writes them.

OHIF's bundler only warns of such an import, and a package can work without the name: in the definition of a button that
nobody presses, for example. The name is undefined there, so each one is said at every build and in verify's report.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ohifbuild.core.console import Reporter


@dataclass(frozen=True)
class AcceptedName:
    """A missing export that the recipe accepts.

    Args:
        package: the name of the package that imports it.
        place: file and line of the import.
        name: as the recipe has it: ``MODULE NAME``.
    """

    package: str
    place: str
    name: str


def save(accepted: Iterable[AcceptedName], path: Path) -> None:
    """Writes names to a file, each once."""
    path.write_text(json.dumps([asdict(each) for each in dict.fromkeys(accepted)]), encoding="utf-8")


def load(path: Path) -> tuple[AcceptedName, ...]:
    """The names that ``save`` wrote."""
    return tuple(AcceptedName(**row) for row in json.loads(path.read_text(encoding="utf-8")))


def recipe_line(names: Iterable[str]) -> str:
    """The recipe's line that accepts names."""
    listed = ", ".join(f'"{name}"' for name in sorted(set(names)))
    return f"allow_missing = [{listed}]"


def advice(names: Iterable[str], allowed: Iterable[str]) -> str:
    """How a user accepts names, besides those that the recipe has already; '' without names."""
    wanted = set(names)
    if not wanted:
        return ""
    them = "it is" if len(wanted) == 1 else "they are"
    return f"Or accept that {them} undefined, with this line in the recipe: {recipe_line({*wanted, *allowed})}"


def warn(accepted: Iterable[AcceptedName], allowed: Sequence[str], reporter: Reporter) -> None:
    """Names each accepted name where it is imported, and each entry of the recipe that nothing needs."""
    accepted = tuple(accepted)
    for each in accepted:
        module, _, name = each.name.rpartition(" ")
        reporter.warn(
            f"{each.package} imports {name} from {module}, which has no such export ({each.place}). "
            "The recipe accepts it in allow_missing: it is undefined there."
        )
    for name in allowed:
        if name not in {each.name for each in accepted}:
            reporter.warn(
                f"The entry '{name}' of allow_missing is not needed: no package misses this export. Remove it."
            )
