"""Which of a viewer's archives an address names, as the viewer's early script decides it."""

from __future__ import annotations

from urllib.parse import parse_qsl

from ohifbuild.contract.settings import Settings, Source
from ohifbuild.contract.tokens import decode


def source_of(settings: Settings, path: str, query: str) -> Source | None:
    """The archive that an address names; None if the viewer does not have it.

    OHIF's routes are ``/MODE`` for the default archive and ``/MODE/NAME`` for each, in any letter case; its study list
    reads ``?datasources=NAME``.

    Args:
        path: the raw path of the address.
        query: its raw query, without the ``?``.
    """
    names = names_in(settings, path, query) or [settings.source_name]
    found = next((source for source in settings.sources if source.name == names[0]), None)
    return found if set(names) == {names[0]} else None


def names_in(settings: Settings, path: str, query: str) -> list[str]:
    """The names of archives that an address has; none for the default archive."""
    plain = (decode(path) or path).lower()
    base = settings.public_url.lower()
    steps = [step for step in plain.removeprefix(base).split("/") if step] if plain.startswith(base) else []
    if steps:
        return steps[1:]
    return [value for name, value in parse_qsl(query) if name.lower() == "datasources"]
