"""A viewer that is served with an embedded archive, and the pages that tests open in it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pydicom.dataset import Dataset

from ohifbuild.cache.default import default_cache
from ohifbuild.contract.settings import Settings, read_settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.verification.browser import find_browser, started
from ohifbuild.verification.changing_archive import ChangingArchive, GrantedTokens
from ohifbuild.verification.dataset import cached_dataset
from ohifbuild.verification.dataset.contents import ORDINARY
from ohifbuild.verification.egress_proxy import egress_proxy
from ohifbuild.verification.embedded_archive import files_in
from ohifbuild.verification.evidence import ReceivedRequest
from ohifbuild.verification.viewer_site import Site, site
from ohifbuild.verification.windows import close_page, window

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page


class OhifArchive:
    """The embedded archive. It holds the sample studies, and answers only requests with a token of their link."""

    def __init__(self, archive: ChangingArchive) -> None:
        self._archive = archive

    @property
    def studies(self) -> tuple[str, ...]:
        """The Study Instance UIDs of all studies that it holds; a study with CT and MR is the first."""
        others = (study.uid for study in self._archive.studies if study.uid != ORDINARY.uid)
        return (str(ORDINARY.uid), *others)

    def add(self, *datasets: Dataset) -> None:
        """Stores objects. An object with the SOP Instance UID of an earlier one replaces it."""
        self._archive.add(datasets)


class ShareLink:
    """Makes share links; call it."""

    def __init__(self, running: Site, archive: ChangingArchive, tokens: GrantedTokens) -> None:
        self._site, self._archive, self._tokens = running, archive, tokens

    def __call__(
        self, *studies: str | Dataset, token: str | None = None, fragment: bool = False, route: str = "viewer"
    ) -> str:
        """The share link of some studies, with a new token that opens these and no others.

        Args:
            studies: Study Instance UIDs, or objects of the studies; default: the first study of the archive.
            token: another token, which the archive refuses; '' for a link without one.
            fragment: whether the token is in the link's fragment, not in its query.
            route: the route of the mode, such as ``viewer``.

        Raises:
            ValueError: the archive does not hold one of the studies, and no ``token`` was given.
        """
        uids = tuple(_uid(study) for study in studies) or (str(ORDINARY.uid),)
        if token is None:
            held = {study.uid: study for study in self._archive.studies}
            missing = [uid for uid in uids if uid not in held]
            if missing:
                raise ValueError(
                    f"The archive does not hold {', '.join(missing)}; use ohif_archive.add(dataset) first."
                )
            token = self._tokens.grant((held[uid] for uid in uids), self._site.settings)
        return self._site.link(uids, token, fragment=fragment, route=route)

    @property
    def tokens_made(self) -> Collection[str]:
        """Every token that it made so far, and those that it makes later."""
        return self._tokens


class OhifViewer:
    """A served viewer, and a browser that can reach nothing else."""

    def __init__(self, served: ServedViewer, context: BrowserContext) -> None:
        self._served, self._context = served, context

    @property
    def origin(self) -> str:
        """The origin of the viewer and its archive, such as ``http://127.0.0.1:40001``."""
        return self._served.site.origin

    @property
    def dist(self) -> Path:
        """The folder of the viewer's files."""
        return self._served.dist

    def open(self, link: str | None = None) -> Page:
        """Opens a link in a new tab, and returns Playwright's page without waiting for images.

        Args:
            link: default: a new link to the first study of the archive.
        """
        page = self._context.new_page()
        page.goto(self._served.share_link() if link is None else link, wait_until="commit")
        return page

    def received(self) -> tuple[ReceivedRequest, ...]:
        """Every request that the archive has received, in the order of arrival."""
        return self._served.site.received()

    def close_pages(self, keep: Callable[[Page], bool] = lambda _: False) -> None:
        """Closes all tabs except those that ``keep`` returns True for."""
        for page in self._context.pages:
            if not keep(page):
                close_page(page)

    @property
    def pages(self) -> tuple[Page, ...]:
        """The open tabs."""
        return tuple(self._context.pages)


class ServedViewer:
    """A viewer that is served with an archive, and makes its links."""

    def __init__(self, dist: Path, running: Site, archive: ChangingArchive, tokens: GrantedTokens) -> None:
        self.dist, self.site = dist, running
        self.archive = OhifArchive(archive)
        self.share_link = ShareLink(running, archive, tokens)


@contextmanager
def served_viewer(dist: Path, folder: Path) -> Iterator[ServedViewer]:
    """Serves a dist and the sample studies for the length of the block.

    Args:
        folder: where objects are written that tests add.

    Raises:
        DistInvalid: the folder is not a dist, or its archive is at another origin.
    """
    settings: Settings = read_settings(dist)
    tokens = GrantedTokens()
    archive = ChangingArchive(files_in(cached_dataset(default_cache())), folder)
    with site(dist, archive, tokens.tokens, settings=settings) as running:
        yield ServedViewer(dist, running, archive, tokens)


@contextmanager
def opened_browser(served: ServedViewer) -> Iterator[OhifViewer]:
    """A headless Chromium that can only reach the viewer, for the length of the block.

    Raises:
        BrowserMissing, BrowserFailed: there is no Chromium, or it does not start.
    """
    reporter = SilentReporter()
    with ExitStack() as stack:
        proxy = stack.enter_context(egress_proxy())
        browser = stack.enter_context(started(find_browser(reporter), reporter))
        yield OhifViewer(served, stack.enter_context(window(browser, served.site.origin, proxy)))


def _uid(study: str | Dataset) -> str:
    return study if isinstance(study, str) else str(study.StudyInstanceUID)
