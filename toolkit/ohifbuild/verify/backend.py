"""What answers backend the gate: the embedded archive, or an Orthanc that we start."""

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
from ohifbuild.verify.dataset import STUDIES, cached_dataset
from ohifbuild.verify.embedded_archive import EmbeddedArchive
from ohifbuild.verify.gate import Archive

SHOWN = 10


@dataclass(frozen=True)
class Backend:
    """An archive that holds the dataset.

    Args:
        enforces: whether it refuses by itself what a token is not good for, so that the gate only has to record.
        description: what the report calls it.
        check: raises if the archive is gone, so that nobody waits for pictures that cannot come.
    """

    archive: Archive
    enforces: bool
    description: str
    check: Callable[[], None] = lambda: None


Provider = Callable[[Settings, Tokens, Cache, Reporter], AbstractContextManager[Backend]]
"""Has an archive ready for the length of a block; the tokens are those that it has to know if it enforces them."""


def contents() -> str:
    """What the dataset amounts to."""
    instances = sum(series.objects for study in STUDIES for series in study.series)
    return f"{len(STUDIES)} studies, {instances} instances"


@contextmanager
def embedded(settings: Settings, tokens: Tokens, cache: Cache, reporter: Reporter) -> Iterator[Backend]:
    """Our own archive; the gate enforces the tokens."""
    yield Backend(EmbeddedArchive(cached_dataset(cache)), False, f"embedded DICOMweb archive, {contents()}")


@contextmanager
def real_orthanc(settings: Settings, tokens: Tokens, cache: Cache, reporter: Reporter) -> Iterator[Backend]:
    """An installed Orthanc, started for the purpose, whose token filter enforces the tokens.

    Raises:
        OrthancMissing, OrthancUnsuitable, OrthancFailed: as ``orthanc``; also when it does not take all objects.
        ArchiveUnsuitable: it gives away more than the tokens allow.
    """
    # Only here, as most runs need none of it.
    from ohifbuild.orthanc.orthanc_process import orthanc
    from ohifbuild.server.proxy import Upstream
    from ohifbuild.verify.enforcement import check_enforcement

    with ExitStack() as stack:
        with reporter.step("Orthanc"):
            running = orthanc(cached_dataset(cache), tokens=tokens, settings=settings, root=settings.dicomweb_root)
            server = stack.enter_context(running)
        if server.refused:
            raise OrthancUnsuitable(
                f"Orthanc {server.version} did not take {len(server.refused)} of the dataset's objects.",
                cause="Its settings, plugins or version differ from those that were tried.",
                fix="Try another version of Orthanc, or verify without --archive orthanc.",
                details="\n".join(f"  {item.path.name}: {item.reason}" for item in server.refused[:SHOWN]),
            )
        asyncio.run(check_enforcement(server.dicomweb_url, tokens, settings))
        description = f"{server.description}, which enforces the tokens itself; {contents()}"
        yield Backend(Upstream(server.dicomweb_url), True, description, server.check_alive)
