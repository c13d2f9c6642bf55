"""The observations of a deployment: the only input of the checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ohifbuild.contract.link import Link
from ohifbuild.doctor.address import Address
from ohifbuild.doctor.client import Answer, RequestFailure
from ohifbuild.doctor.connections import Connection
from ohifbuild.doctor.tls import Tls
from ohifbuild.doctor.viewer_page import Page
from ohifbuild.viewer.manifest import FileEntry


@dataclass(frozen=True)
class Navigation:
    """The request for the page.

    Args:
        address: the address after the last redirect.
        tls: the TLS handshake there; None for HTTP.
        redirects: the redirects that were followed.
        first: the answer after the last redirect.
        folder: the answer of the link's folder, if that has a viewer and ``first`` has none.
        doubled: the path at which the viewer is if the first folder of its path stands there twice; '' if it is not.
    """

    address: Address
    tls: Tls | None = None
    redirects: tuple[Answer, ...] = ()
    first: Answer = field(default_factory=lambda: Answer(""))
    folder: Answer | None = None
    doubled: str = ""

    @property
    def is_verified(self) -> bool:
        """Whether the page certainly came from the link's host: over trusted TLS, or from this machine."""
        return self.tls.trusted if self.tls else self.address.is_secure_context


@dataclass(frozen=True)
class FileEvidence:
    """One of the viewer's files.

    Args:
        name: its path below the public URL.
        answer: the answer to a request that accepts compressed answers.
        expected: its entry in the dist's manifest.
        elsewhere: the path of the folder in which it was found instead; '' if it was not.
    """

    name: str
    answer: Answer
    expected: FileEntry | None = None
    elsewhere: str = ""


@dataclass(frozen=True)
class ViewerEvidence:
    """The viewer's files.

    Args:
        page: what index.html contains.
        page_answer: the answer with index.html.
        page_expected: its entry in the dist's manifest.
        release: the OHIF release in the manifest; '' if it is unknown.
        files: the files that were fetched; ``app-config.js`` comes first.
        missing: the answer to a request for a script that does not exist.
        root: the URL of the DICOMweb root of the link's archive, for searches; '' if it is unknown.
        image_root: the URL of its root of images and metadata; most archives have one root for both.
        roots: the URLs of all its roots.
        others: pages and workers of OHIF that a dist of ohifbuild does not contain.
        absent: files in the manifest that the server does not have.
    """

    page: Page
    page_answer: Answer
    page_expected: FileEntry | None = None
    release: str = ""
    files: tuple[FileEvidence, ...] = ()
    missing: Answer = field(default_factory=lambda: Answer(""))
    root: str = ""
    image_root: str = ""
    roots: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


@dataclass(frozen=True)
class ArchiveEvidence:
    """The archive's answers; None for requests that were not sent.

    Args:
        anonymous_search: to a search for any study without a token.
        upload: to an empty upload without a token.
        ambiguous: to the same search as ``anonymous_search`` with an ambiguous path, by what makes the path ambiguous.
        long_token: to the same search with a token of the greatest length, which nobody issued.
        preflight: to a CORS preflight for the token's header.
        granted: to a search for each of the link's studies with the token, by study.
        anonymous_study: to a search for the first study without a token.
        repeated: to the first search of ``granted``, repeated without a token.
        forged: to a search for the first study with a token that nobody issued.
        other_header: to a search for the first study with the token in another header, by the header's name.
        series: to a request for the series of the first study that was found, with the token.
        metadata: to a request for the metadata of its first series, with the token.
        frame: to a request for the first frame of its first image, with the token.
        video: to a request for its first video, rendered, with the token.
        documents: to a request for the metadata of a series of documents or waveforms, with the token.
        bulk: to a request for the first bulk data that the metadata name, with the token.
        patient: to a search for the first study's patient, with the token.
        everything: to a search for any study, with the token.
    """

    anonymous_search: Answer
    upload: Answer | None = None
    ambiguous: Mapping[str, Answer] = field(default_factory=dict)
    long_token: Answer | None = None
    preflight: Answer | None = None
    granted: Mapping[str, Answer] = field(default_factory=dict)
    anonymous_study: Answer | None = None
    repeated: Answer | None = None
    forged: Answer | None = None
    other_header: Mapping[str, Answer] = field(default_factory=dict)
    series: Answer | None = None
    metadata: Answer | None = None
    frame: Answer | None = None
    video: Answer | None = None
    documents: Answer | None = None
    bulk: Answer | None = None
    patient: Answer | None = None
    everything: Answer | None = None


@dataclass(frozen=True)
class Evidence:
    """All observations of a deployment.

    Args:
        link_address: the address in the link.
        link: the link as the viewer reads it; without a viewer, as a viewer with the default token parameter reads it.
        link_problem: why the viewer refuses the link's address or studies, in words that follow 'This link'; or ''.
        now: this machine's time when the page was requested, in seconds since 1970.
        failure: why there is no connection; '' if there is one.
        connections: the result of a connection to each address of the link's host.
        http2: what is wrong with the server's HTTP/2; '' if nothing is, or if it offers none.
        portal: the origin of the page that shows the viewer in a frame; '' if none does.
        navigation: the request for the page.
        viewer: the viewer's files; None if no viewer was found.
        archive: the archive's answers; None if its address is unknown.
        sends_token: whether the token was sent; it is not sent over unverified connections.
    """

    link_address: Address
    link: Link
    now: float
    link_problem: str = ""
    failure: RequestFailure = ""
    connections: tuple[Connection, ...] = ()
    http2: str = ""
    portal: str = ""
    navigation: Navigation | None = None
    viewer: ViewerEvidence | None = None
    archive: ArchiveEvidence | None = None
    sends_token: bool = False

    @property
    def address(self) -> Address:
        """The address after redirects."""
        return self.navigation.address if self.navigation else self.link_address
