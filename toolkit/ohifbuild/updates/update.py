"""Brings the catalogue up to date: all of it, or nothing."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.disk import disk_errors
from ohifbuild.core.temporary import temporary_folder
from ohifbuild.releases.catalogue import parse_catalogue
from ohifbuild.updates.candidates import find_candidates
from ohifbuild.updates.catalogue_file import channels_with, with_pins, with_support_rows
from ohifbuild.updates.trial import Trial, tried


@dataclass(frozen=True)
class Update:
    """What an update did.

    Args:
        trials: the releases that were tried, oldest first.
        before, after: the channels.
        written: the files that were changed.
    """

    trials: tuple[Trial, ...]
    before: Mapping[str, str]
    after: Mapping[str, str]
    written: tuple[Path, ...]


def update(
    catalogue_file: Path,
    support_file: Path | None,
    source: str | None,
    cache: Cache,
    reporter: Reporter,
    *,
    only: Collection[str] = (),
    verify: bool = True,
) -> Update:
    """Finds new releases, tries them, and writes them to the catalogue once all trials are over.

    Args:
        catalogue_file: the ``releases.toml`` to change.
        support_file: the ``SUPPORT.md`` to change with it, if there is one.
        source: OHIF's git repository, or None for the one in the catalogue.
        only: the versions to try, also if the catalogue has them; none for all that are new.
        verify: build and prove each release; without, only pin it.

    Raises:
        OhifbuildError: as ``find_candidates`` and ``tried``; nothing is written then.
    """
    text = catalogue_file.read_text(encoding="utf-8")
    known = parse_catalogue(text)
    remote = source or known.source
    found = find_candidates(known, remote, cache, reporter, only)
    with temporary_folder() as folder:
        trials = []
        for candidate in found:
            work = Path(folder) / candidate.version
            work.mkdir()
            trials.append(tried(candidate, known, remote, work, cache, reporter, verify=verify))
    pins = [trial.pin for trial in trials]
    channels = channels_with(known, pins)
    texts = {catalogue_file: with_pins(text, pins, channels)} if pins else {}
    if pins and support_file:
        texts[support_file] = with_support_rows(support_file.read_text(encoding="utf-8"), pins)
    return Update(tuple(trials), known.channels, channels, _written(texts))


def _written(texts: Mapping[Path, str]) -> tuple[Path, ...]:
    """Writes the files that change: first all beside their places, then each in its place."""
    changed = {path: text for path, text in texts.items() if path.read_text(encoding="utf-8") != text}
    staged: dict[Path, Path] = {}
    try:
        for path, text in changed.items():
            with disk_errors(path.parent):
                staged[path] = path.with_name(f".{path.name}.{os.getpid()}")
                staged[path].write_text(text, encoding="utf-8")
        for path, draft in staged.items():
            with disk_errors(path.parent):
                draft.replace(path)
    finally:
        for draft in staged.values():
            draft.unlink(missing_ok=True)
    return tuple(changed)
