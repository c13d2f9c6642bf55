"""GitHub actions, pinned by commit: a workflow runs the code that was reviewed, even if somebody moves the tag."""

from __future__ import annotations

import tomllib
from importlib.resources import files


def pinned_actions() -> dict[str, str]:
    """Each action of ``actions.toml`` as a workflow's ``uses`` names it, with its version in a comment."""
    table = tomllib.loads((files(__package__) / "actions.toml").read_text(encoding="utf-8"))
    return {name: f"{name}@{pin['commit']} # {pin['version']}" for name, pin in table.items()}
