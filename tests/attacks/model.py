"""The types of the attack suite: weakenings, attacks on the page, and the outcome of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Change:
    """Replaces one text of a source file. The old text must occur there exactly once."""

    file: str
    old: str
    new: str

    def applied(self, text: str) -> str:
        """The text with the change made.

        Raises:
            AssertionError: the old text does not occur exactly once, so it is unclear what is weakened.
        """
        count = text.count(self.old)
        assert count == 1, f"{self.file} has {count} times: {self.old}"
        return text.replace(self.old, self.new)


@dataclass(frozen=True)
class Weakening:
    """The viewer with one rule removed.

    Args:
        template: changes to the extension template's sources.
        page: changes to the finished ``index.html``: patterns that must match exactly once, with their replacements.
        bare: our unchanged viewer, from a server without protective headers.
        stock: stock OHIF instead of our viewer, with this default data source.
    """

    name: str
    template: tuple[Change, ...] = ()
    page: tuple[tuple[str, str], ...] = ()
    bare: bool = False
    stock: str = ""


@dataclass(frozen=True)
class Received:
    """A request as a server received it; header names are in lower case."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: str = ""

    @property
    def text(self) -> str:
        """The whole request as text, to search for a token."""
        return "\n".join(
            [f"{self.method} {self.target}", *(f"{name}: {value}" for name, value in self.headers), self.body]
        )

    def values(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for key, value in self.headers if key == name.lower()]


@dataclass(frozen=True)
class Outcome:
    """What was observed in a run.

    Args:
        site: the requests that the viewer's server received, including those to the archive.
        evil: the requests that the attacker's server received.
        blocked: the requests to any other server, which the egress proxy refused.
        sent: method and URL of every request that the browser started.
        result: the return value of the attack's script.
        message: the reason of the page's message, '' for none.
        shown: the text that the page shows.
        places: texts by place where a token can appear: address, history, storage, console, errors, timings.
    """

    token: str
    own: str
    other: str
    root: str
    site: tuple[Received, ...]
    evil: tuple[Received, ...]
    blocked: tuple[str, ...]
    sent: tuple[str, ...]
    result: Any
    message: str
    shown: str
    places: Mapping[str, str] = field(default_factory=dict)

    @property
    def archive(self) -> tuple[Received, ...]:
        """The requests that the archive received."""
        return tuple(request for request in self.site if request.target.startswith((self.root + "/", self.root + "?")))

    @property
    def elsewhere(self) -> tuple[Received, ...]:
        """The other requests that the viewer's server received."""
        return tuple(request for request in self.site if request not in self.archive)


Requirement = Callable[[Outcome], str]
"""Returns '' if the requirement holds, else what violates it. The docstring states the requirement."""


@dataclass(frozen=True)
class PageAttack:
    """An attack on the page, tried in a real browser.

    Args:
        why: what the attack relies on.
        act: carries the attack out; its return value becomes ``Outcome.result``.
        requirement: what must hold nevertheless.
        weakening: the viewer on which the requirement must fail.
        page: ``start`` for a page with our early script and all policies but without OHIF, which loads quickly;
            ``viewer`` for the whole viewer.
        servers: ``headers`` for the headers that ``serve`` sends, ``bare`` for no protective headers.
        recipe: options of the recipe that differ from the defaults.
    """

    name: str
    why: str
    act: Callable[[Any], Any]
    requirement: Requirement
    weakening: Weakening
    page: str = "start"
    servers: tuple[str, ...] = ("bare",)
    recipe: Mapping[str, Any] = field(default_factory=dict)
