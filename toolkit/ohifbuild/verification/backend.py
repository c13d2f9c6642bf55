"""The archives behind the gate: the embedded archive, or an Orthanc that verify starts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass

from ohifbuild.cache.entries import Cache
from ohifbuild.contract.grants import Tokens
from ohifbuild.contract.settings import Settings
from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import OrthancUnsuitable
from ohifbuild.verification.dataset import STUDIES, cached_dataset
from ohifbuild.verification.embedded_archive import EmbeddedArchive
from ohifbuild.verification.gate import Archive

SHOWN = 10


@dataclass(frozen=True)
class Backend:
    """An archive that holds the dataset.

    Args:
        archive: makes something that answers the requests, for each site that has the archive behind it.
        enforces: whether it enforces tokens itself, so that the gate only has to record.
        description: its name in the report.
        check: raises if the archive has ended, so that verify does not wait for images that cannot appear.
    """

    archive: Callable[[], Archive]
    enforces: bool
    description: str
    check: Callable[[], None] = lambda: None


Provider = Callable[[Settings, Tokens, Cache, Reporter], AbstractContextManager[Backend]]
"""Provides an archive for the length of a block; an archive that enforces tokens must know those that are given."""


def contents() -> str:
    """A description of the dataset's size."""
    instances = sum(series.objects for study in STUDIES for series in study.series)
    return f"{len(STUDIES)} studies, {instances} instances"


@contextmanager
def embedded(settings: Settings, tokens: Tokens, cache: Cache, reporter: Reporter) -> Iterator[Backend]:
    """The embedded archive; the gate enforces the tokens."""
    archive = EmbeddedArchive(cached_dataset(cache))
    yield Backend(lambda: archive, False, f"embedded DICOMweb archive, {contents()}")


@contextmanager
def real_orthanc(settings: Settings, tokens: Tokens, cache: Cache, reporter: Reporter) -> Iterator[Backend]:
    """The installed Orthanc, whose token filter enforces the tokens.

    Raises:
        OrthancMissing, OrthancUnsuitable, OrthancFailed: as ``orthanc``; also if Orthanc refuses an object.
        ArchiveUnsuitable: Orthanc grants more than the tokens allow.
    """
    # Imported here, because most runs do not need them.
    from ohifbuild.orthanc.orthanc_process import orthanc
    from ohifbuild.server.proxy import Upstream
    from ohifbuild.verification.enforcement import check_enforcement

    with ExitStack() as stack:
        with reporter.step("Orthanc"):
            running = orthanc(cached_dataset(cache), tokens=tokens, settings=settings, root=settings.dicomweb_root)
            server = stack.enter_context(running)
        if server.refused:
            raise OrthancUnsuitable(
                f"Orthanc {server.version} refused {len(server.refused)} of the dataset's objects.",
                cause="Its settings, plugins or version differ from those that ohifbuild was tested with.",
                fix="Try another version of Orthanc, or verify without --archive orthanc.",
                details="\n".join(f"  {item.path.name}: {item.reason}" for item in server.refused[:SHOWN]),
            )
        asyncio.run(check_enforcement(server.dicomweb_url, tokens, settings))
        description = f"{server.description}, which enforces the tokens itself; {contents()}"
        yield Backend(lambda: Upstream(server.dicomweb_url), True, description, server.check_alive)
