"""What of a recipe did nothing in the viewer, as far as the record of the page says (``loaded_parts.RECORD``).

OHIF ignores a customization and a key of ``window.config`` that it does not know. Neither is an error: a dialog that
verify does not open may use it. So these are notes, and no claims.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ohifbuild.config.modes import LINKS
from ohifbuild.verification.evidence import Guesses, LoadedPart

# Read by OHIF itself before our extension registers and can see it.
READ_BEFORE = frozenset(
    {
        "customizationService", "dangerouslyUseDynamicConfig", "extensions", "measurementTrackingMode", "modes",
        "multimonitor", "peerImport", "routerBasename", "studyPrefetcher",
    }
)  # fmt: skip
KINDS = {list: "array", dict: "object", str: "string", bool: "boolean", int: "number", float: "number"}


def notes_of(
    record: Mapping[str, Any] | None, options: Mapping[str, Any], parts: Iterable[LoadedPart]
) -> tuple[str, ...]:
    """What did nothing, a sentence or two each.

    Args:
        record: of ``loaded_parts.RECORD``; None if OHIF never registered our extension.
        options: the recipe's options in the manifest of the dist.
        parts: of ``loaded_parts.parts_of``.
    """
    if not record:
        return ()
    parts = tuple(parts)
    readings = record.get("customizations", {})
    return (
        *_customizations(options.get("customizations", {}), readings.get("known", {}), readings.get("asked", ())),
        *_app_config(options.get("app_config", {}), record.get("read", ())),
        *_modes(options.get("modes") or {}, record.get("modes", ())),
        *_early(readings.get("early", ()), {part.id: part.package for part in parts if part.kind == "extension"}),
        *(
            f"The extension of {part.package} has {name}, which this release never calls."
            for part in parts
            for name in part.unknown
        ),
    )


def missing_exports(inputs: Mapping[str, Any]) -> tuple[str, ...]:
    """The missing exports that the recipe accepts, a sentence or two each.

    Args:
        inputs: what the manifest of the dist says decided it.
    """
    return tuple(
        f"{package} imports {name.replace(' ', ': ')}, which this release does not export. It is undefined there: the "
        "recipe accepts it in allow_missing."
        for package, name in inputs.get("missing", ())
    )


def wrong_guesses(guesses: Guesses | None) -> tuple[str, ...]:
    """A sentence about requests that the page sent ahead of OHIF, and that OHIF did not want."""
    if not guesses or not guesses.wrong + guesses.waiting:
        return ()
    return (
        "The page asked the archive for something that OHIF did not ask for: an extension or the configuration changes "
        "what OHIF begins with. Set archive_first = false in the recipe.",
    )


def _customizations(given: Mapping[str, Any], known: Mapping[str, str], asked: Iterable[str]) -> Iterator[str]:
    for name, value in given.items():
        if name in known:
            wanted, kind = known[name], _kind(value)
            if kind and kind != wanted:
                own = f"the release's own is of kind {wanted}"
                yield f"The customization {name} is of another kind: {own}, this is {kind}."
        elif name not in asked:
            near = difflib.get_close_matches(name, known, n=1)
            meant = f" Did you mean {near[0]}?" if near else ""
            why = "this release has none of that name, and nothing asked for it"
            yield f"The customization {name} did nothing: {why}.{meant}"


def _kind(value: Any) -> str:
    """The kind of a customization's new value; '' if a command changes the old one."""
    if isinstance(value, Mapping) and "$set" in value:
        value = value["$set"]
    elif isinstance(value, Mapping) and any(str(key).startswith("$") for key in value):
        return ""
    return KINDS.get(type(value), "")


def _app_config(given: Mapping[str, Any], read: Iterable[str]) -> Iterator[str]:
    for name in given:
        if name not in read and name not in READ_BEFORE:
            yield f"The key {name} of app_config did nothing: nothing read it while verify looked."


def _modes(given: Mapping[str, Iterable[str]], modes: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    known = {LINKS, *(mode["route"] for mode in modes)}
    for route in dict.fromkeys(route for key in ("on", "hide") for route in given.get(key, ())):
        if route not in known:
            near = difflib.get_close_matches(route, known - {""}, n=1)
            meant = f" Did you mean {near[0]}?" if near else ""
            yield f"The route {route} in [modes] is that of no mode.{meant}"


def _early(sets: Iterable[Mapping[str, str]], packages: Mapping[str, str]) -> Iterator[str]:
    for entry in sets:
        if entry["extension"] in packages:
            yield (
                f"The extension of {packages[entry['extension']]} set the customization {entry['id']} for a mode before"
                " one was open, so OHIF forgot it. Set it in onModeEnter, or with the scope global."
            )
