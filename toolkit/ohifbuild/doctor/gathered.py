"""What was seen of a deployment; everything that the checks know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ohifbuild.contract.link import Link
from ohifbuild.doctor.address import Address
from ohifbuild.doctor.client import Answer, RequestFailure
from ohifbuild.doctor.tls import Tls
from ohifbuild.doctor.viewer_page import Page
from ohifbuild.viewer.manifest import FileEntry


@dataclass(frozen=True)
class Arrival:
    """The way to the page.

    Args:
        address: where the last redirect led.
        tls: the handshake there; None for http.
        hops: the redirects that were followed.
        first: what answered in the end.
        folder: the viewer that answers at the link's folder, where ``first`` is none.
    """

    address: Address
    tls: Tls | None = None
    hops: tuple[Answer, ...] = ()
    first: Answer = field(default_factory=lambda: Answer(""))
    folder: Answer | None = None

    @property
    def is_verified(self) -> bool:
        """Whether the page came from the link's host itself: over trusted TLS, or from this machine."""
        return self.tls.trusted if self.tls else self.address.is_secure_context


@dataclass(frozen=True)
class FileSeen:
    """One of the viewer's files.

    Args:
        name: its path below the public URL.
        answer: to a request that accepts compressed answers.
        expected: what the dist's manifest says of it.
        elsewhere: the path at which it was found instead, or ''.
    """

    name: str
    answer: Answer
    expected: FileEntry | None = None
    elsewhere: str = ""


@dataclass(frozen=True)
class ViewerSeen:
    """The viewer's files.

    Args:
        page: index.html.
        page_answer: the answer it came with.
        page_expected: what the dist's manifest says of it.
        release: OHIF's, by the manifest; '' if it is not known.
        files: those that were looked at, ``app-config.js`` the first.
        missing: the answer for a script that no viewer has.
        root: the URL of the archive's DICOMweb root; '' if it is not known.
        others: pages and workers of OHIF's that a dist has not.
    """

    page: Page
    page_answer: Answer
    page_expected: FileEntry | None = None
    release: str = ""
    files: tuple[FileSeen, ...] = ()
    missing: Answer = field(default_factory=lambda: Answer(""))
    root: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class ArchiveSeen:
    """What the archive answers. None: not asked.

    Args:
        anybody: a search for studies without a token.
        posted: an upload of nothing, without a token.
        crooked: the search of ``anybody`` by a path with ``%2e%2e``.
        preflight: what a browser asks before it sends the token's header to another origin.
        granted: a search for the link's studies with the token, by study.
        nobody: the same for the first study without a token.
        forged: the same with a token that nobody issued.
        other_header: with the token in another header, by the header's name.
        series: of the first study, with the token.
        metadata: of its first series.
        frame: the first of its first image.
        patient: a search for the first study's patient, with the token.
        everything: a search for any study, with the token.
    """

    anybody: Answer
    posted: Answer | None = None
    crooked: Answer | None = None
    preflight: Answer | None = None
    granted: Mapping[str, Answer] = field(default_factory=dict)
    nobody: Answer | None = None
    forged: Answer | None = None
    other_header: Mapping[str, Answer] = field(default_factory=dict)
    series: Answer | None = None
    metadata: Answer | None = None
    frame: Answer | None = None
    patient: Answer | None = None
    everything: Answer | None = None


@dataclass(frozen=True)
class Evidence:
    """All of it.

    Args:
        asked: the address in the link as it was given.
        link: what it says, as the viewer reads it; without a viewer, as one with the usual name of the token would.
        now: the time here, in seconds since 1970, when the page was asked for.
        trouble: why there is no connection.
        sends_token: whether the token was sent at all: not over a connection that anyone could be at the end of.
    """

    asked: Address
    link: Link
    now: float
    trouble: RequestFailure = ""
    arrival: Arrival | None = None
    viewer: ViewerSeen | None = None
    archive: ArchiveSeen | None = None
    sends_token: bool = False

    @property
    def address(self) -> Address:
        """The address after redirects."""
        return self.arrival.address if self.arrival else self.asked
