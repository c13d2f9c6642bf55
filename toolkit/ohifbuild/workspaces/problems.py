"""What is wrong with a workspace: everything that was found, in one error."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ohifbuild.core.errors import WorkspaceInvalid

PAGE = "https://ohifbuild.github.io/ohifbuild/reference/ohif-workspaces/"


def refuse(place: Path, problems: Sequence[str]) -> None:
    """Does nothing without problems.

    Raises:
        WorkspaceInvalid: there is at least one; ``details`` lists all.
    """
    if problems:
        many = f"{len(problems)} entries cannot be used" if len(problems) > 1 else "one entry cannot be used"
        raise WorkspaceInvalid(
            f"In OHIF's workspace {place}, {many}.",
            cause="It was edited by hand, or a newer create-ohif wrote it.",
            fix=f"Correct what is listed above. Which entries are read: {PAGE}",
            details="\n".join(f"  {problem}" for problem in problems),
        )


def shown(value: object) -> str:
    """A value for a message: short, and without line breaks."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
