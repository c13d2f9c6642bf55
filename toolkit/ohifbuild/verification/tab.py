"""What a scenario needs of a browser's tab, whatever the browser and the protocol that drives it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from ohifbuild.verification.evidence import Message, PageState, Screenshot, SentRequest
from ohifbuild.verification.pixels import Grey
from ohifbuild.verification.stress import Stress

VIEWPORT = (1280, 800)
POLL_SECONDS = 0.08
QUIET_SECONDS = 0.25
PATIENCE_SECONDS = 20.0

EMBEDDING = """<!doctype html><title>Embedder</title><link rel="icon" href="data:,">
<style>iframe { position: fixed; inset: 0; width: 100%; height: 100%; border: 0 }</style><iframe></iframe>"""

# OHIF's welcome tour dims the images; it is hidden for screenshots only.
SCREENSHOT_STYLE = ".shepherd-element, .shepherd-modal-overlay-container { visibility: hidden !important }"

THUMBNAILS = '[data-cy^="study-browser-thumbnail"] img'

Found = TypeVar("Found")


def double_click(number: int) -> str:
    """A JavaScript function that double-clicks the ``number``-th element (from 0) of a selector, if there is one.

    The event is sent directly to the element, because the welcome tour may cover it.
    """
    event = "new MouseEvent('dblclick', { bubbles: true, cancelable: true, composed: true })"
    return f"all => void document.querySelectorAll(all)[{number}]?.dispatchEvent({event})"


@dataclass(frozen=True)
class Unseen:
    """A request of which only the browser's network says.

    Args:
        headers: as they were sent, with names in lower case.
        answer: the number of the received request that it is; None if it got no answer.
    """

    headers: tuple[tuple[str, str], ...]
    answer: int | None = None


@dataclass(frozen=True)
class Recorded:
    """What belongs to one recording of a tab: all requests of the page and its workers, console lines, errors.

    ``unseen`` are further requests, which the page sent while it was being left.
    """

    sent: tuple[SentRequest, ...]
    console: tuple[str, ...]
    errors: tuple[str, ...]
    unseen: tuple[Unseen, ...] = ()


class Tab(Protocol):
    """A tab with its own sessionStorage.

    Every navigation starts a new recording, which has all pages that follow one another in it. What the page before
    still sends belongs to its own recording.
    """

    origin: str

    @property
    def recording(self) -> int:
        """The number of the recording that is in progress."""

    def recorded(self, recording: int) -> Recorded:
        """What a recording has so far, with all headers as they were sent."""

    def watch_scripts(self) -> None:
        """From now on, requests name the scripts that began them, if the browser says it."""

    def begin(self) -> None:
        """Starts a new recording in the same document; navigations start theirs themselves."""

    def go(self, url: str) -> None:
        """Opens an address."""

    def go_in_frame(self, url: str) -> None:
        """Opens an address in a frame of a page of the same origin; from now on, the tab reads that frame."""

    def go_from_opener(self, url: str) -> None:
        """Opens an address in a window that a script of an empty page opens; from now on, the tab reads that window."""

    def reload(self) -> None:
        """Loads the page again, as F5 does."""

    def back(self) -> None:
        """Goes back one entry in the tab's history."""

    def cut_off(self, lost: Callable[[str], bool]) -> None:
        """From now on, requests whose URL is ``lost`` fail, as if nothing listened there."""

    def until(self, check: Callable[[], Found | None], seconds: float = PATIENCE_SECONDS) -> Found | None:
        """Calls ``check`` until it returns something true, and returns that; None after ``seconds``.

        A slow machine gets more seconds; see ``pace.py``.
        """

    def quiet(self, seconds: float = PATIENCE_SECONDS) -> bool:
        """Waits until no request has been in progress for a quarter of a second, and the page has nothing to do."""

    def silence(self) -> float:
        """For how many seconds no request has been in progress."""

    def elapsed(self) -> float:
        """Seconds since the navigation."""

    def viewports(self) -> list[tuple[Grey, str]]:
        """The grey values of each viewport, and the image id that the viewer names; '' for none."""

    def thumbnails(self) -> list[Grey]:
        """The grey values of the thumbnails that are loaded and visible."""

    def open_thumbnail(self, number: int) -> None:
        """Opens the series of the ``number``-th thumbnail (from 0) with a double click."""

    def ask(self, url: str) -> None:
        """Makes the page request a URL with fetch, XMLHttpRequest and an image, each with another digit at its end."""

    def message(self) -> Message | None:
        """The viewer's message to its user; None if there is none."""

    def state(self) -> PageState:
        """Everything that the page stores: address, history, every kind of storage, and the document."""

    def screenshot(self, caption: str) -> Screenshot:
        """A screenshot of the page without the welcome tour."""

    def evaluate(self, function: str, argument: str = "") -> Any:
        """Calls a JavaScript function in the page, and returns what it returns."""


class Window(Protocol):
    """A running browser that can only reach the site."""

    @property
    def version(self) -> str:
        """Its name and version, and how it shows itself, for the report."""

    def tab(self, check: Callable[[], None], stress: Stress) -> AbstractContextManager[Tab]:
        """A new tab for the length of the block; ``check`` is called while it waits, and may raise.

        ``stress`` slows its pages down, in Chromium only.

        All tabs share the cache and all storage but sessionStorage, like those of a person's browser.
        """

    def kill(self) -> None:
        """Ends the browser at once; may be called in any thread."""
