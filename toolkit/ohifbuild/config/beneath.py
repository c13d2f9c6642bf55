"""Values that a recipe builds upon: those of a workspace of OHIF's own tools."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

JOINED = ("app_config", "customizations")


@dataclass(frozen=True)
class Beneath:
    """Keys of a recipe that come from another file.

    Args:
        name: the file, for messages.
        values: its keys, by their names in Python.
    """

    name: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    def under(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """``given`` with these values where it says nothing; packages and OHIF's keys of both are taken together."""
        values = dict(self.values)
        if "dicomweb_root" in given or "data_sources" in given:
            values.pop("data_sources", None)
        merged = {**values, **given}
        for key in JOINED:
            if isinstance(values.get(key), dict) and isinstance(given.get(key), dict):
                merged[key] = {**values[key], **given[key]}
        if isinstance(given.get("extensions"), list | tuple) and "extensions" in values:
            merged["extensions"] = [*values["extensions"], *given["extensions"]]
        return merged

    def locations(self, given: Mapping[str, Any]) -> dict[str, str]:
        """By key, the file that a value comes from, for the keys that ``given`` does not have."""
        return {key: self.name for key in self.values if key not in given}


Reader = Callable[[Path], Beneath]
"""Reads the workspace at a path."""


def beneath_of(given: Mapping[str, Any], read: Reader | None) -> Beneath:
    """What the workspace of a recipe says; nothing if the recipe names none."""
    place = given.get("workspace")
    return read(Path(place)) if read and isinstance(place, str | Path) and str(place) else Beneath()
