"""What every kind of tab reads from the viewer's page in the same way, by the functions of ``page.js``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

from ohifbuild.verification.evidence import Message, PageState
from ohifbuild.verification.pixels import Grey, from_data_url
from ohifbuild.verification.tab import PATIENCE_SECONDS, QUIET_SECONDS, THUMBNAILS, Found

POLICY = "content-security-policy"
READERS = files("ohifbuild.verification").joinpath("page.js").read_text(encoding="utf-8").strip()


class PageReadings(ABC):
    """The part of a tab that does not depend on how the browser is driven; see ``Tab``."""

    @abstractmethod
    def until(self, check: Callable[[], Found | None], seconds: float = PATIENCE_SECONDS) -> Found | None:
        """See ``Tab``."""

    @abstractmethod
    def silence(self) -> float:
        """See ``Tab``."""

    def quiet(self, seconds: float = PATIENCE_SECONDS) -> bool:
        """Waits until no request has been in progress for a quarter of a second, and the page has nothing to do."""

        def is_quiet() -> bool:
            # A page that the machine gives no time to sends nothing either; so it has to answer that it is idle.
            return self.silence() > QUIET_SECONDS and self._is_idle() and self.silence() > QUIET_SECONDS

        return bool(self.until(is_quiet, seconds))

    def viewports(self) -> list[tuple[Grey, str]]:
        """The grey values of each viewport, and the image id that the viewer names; '' for none."""
        return [(from_data_url(shown["picture"]), str(shown["image"])) for shown in self._read("viewports")]

    def thumbnails(self) -> list[Grey]:
        """The grey values of the thumbnails that are loaded and visible."""
        return [from_data_url(url) for url in self._read("thumbnails", THUMBNAILS)]

    def message(self) -> Message | None:
        """The viewer's message to its user; None if there is none."""
        found = self._read("message")
        return Message(**found) if found else None

    @abstractmethod
    def _is_idle(self) -> bool:
        """Waits until the page has nothing to do, as ``idle`` in ``READERS``, and returns True."""

    @abstractmethod
    def _read(self, reader: str, argument: str = "") -> Any:
        """Calls one of ``READERS`` in the page."""


def page_state(kept: Mapping[str, Any], cookies: list[Any], history: tuple[str, ...], served_policy: str) -> PageState:
    """What a page stores.

    Args:
        kept: the result of ``state`` in ``READERS``.
        cookies: objects with ``name`` and ``value``.
        history: the addresses of the tab's history.
        served_policy: the content security policy with which the page was served; '' for none.
    """
    return PageState(
        cookies=tuple(f"{cookie.get('name')}={cookie.get('value')}" for cookie in cookies),
        history=history,
        served_policy=served_policy,
        **{key: _frozen(value) for key, value in kept.items()},
    )


def served_policy(headers: Mapping[str, str]) -> str:
    """The content security policy in a page's response headers; '' for none."""
    return headers.get(POLICY, "") or headers.get(f"{POLICY}-report-only", "")


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    return dict(value) if isinstance(value, Mapping) else value
