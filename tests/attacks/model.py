"""What a row of the attack suite is, and what a run of one brings to light."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Change:
    """One text of a source file replaced by another. The old text must stand there exactly once."""

    file: str
    old: str
    new: str

    def applied(self, text: str) -> str:
        """The text with the change made.

        Raises:
            AssertionError: the old text is not there exactly once, so that nobody knows what is weakened.
        """
        count = text.count(self.old)
        assert count == 1, f"{self.file} has {count} times: {self.old}"
        return text.replace(self.old, self.new)


@dataclass(frozen=True)
class Weakening:
    """The viewer with one rule taken out.

    Args:
        template: changes of the extension template's sources.
        page: changes of the finished ``index.html``; each is a pattern that must match exactly once, and its replacement.
        bare: our viewer as it is, from a server that sends no header that protects.
        stock: OHIF as it is published, with this default data source, instead of ours.
    """

    name: str
    template: tuple[Change, ...] = ()
    page: tuple[tuple[str, str], ...] = ()
    bare: bool = False
    stock: str = ""


@dataclass(frozen=True)
class Received:
    """A request as a server got it; header names are in lower case."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: str = ""

    @property
    def text(self) -> str:
        """All of it, to look for a token in."""
        return "\n".join(
            [f"{self.method} {self.target}", *(f"{name}: {value}" for name, value in self.headers), self.body]
        )

    def values(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for key, value in self.headers if key == name.lower()]


@dataclass(frozen=True)
class Seen:
    """What a run brought to light.

    Args:
        site: what the viewer's own server got, the archive's requests among them.
        evil: what the attacker's server got.
        strayed: what the browser tried to reach besides the two.
        sent: method and URL of every request that the browser began.
        result: what the attack's script returned.
        message: the reason of the page's own message, '' for none.
        shown: the text that the page shows.
        places: where else something can be kept or said: address, history, storage, console, errors, timings.
    """

    token: str
    own: str
    other: str
    root: str
    site: tuple[Received, ...]
    evil: tuple[Received, ...]
    strayed: tuple[str, ...]
    sent: tuple[str, ...]
    result: Any
    message: str
    shown: str
    places: Mapping[str, str] = field(default_factory=dict)

    @property
    def archive(self) -> tuple[Received, ...]:
        """The requests that the archive got."""
        return tuple(request for request in self.site if request.target.startswith((self.root + "/", self.root + "?")))

    @property
    def elsewhere(self) -> tuple[Received, ...]:
        """The requests that the viewer's server got besides."""
        return tuple(request for request in self.site if request not in self.archive)


Requirement = Callable[[Seen], str]
"""'' if what is demanded holds, else what breaks it. The docstring says what is demanded."""


@dataclass(frozen=True)
class PageAttack:
    """An attack on the page, tried in a real browser.

    Args:
        why: what the attacker hopes for.
        act: tries it; what it returns is ``Seen.result``.
        demand: what has to hold all the same.
        weakened: against which the demand must be broken.
        page: ``start`` for the page with our early script and all policies but without OHIF, which it loads at once;
            ``viewer`` for all of it.
        servers: ``headers`` as ``serve`` sends them, ``bare`` without any that protect.
        recipe: what the viewer is built with besides the defaults.
    """

    name: str
    why: str
    act: Callable[[Any], Any]
    demand: Requirement
    weakened: Weakening
    page: str = "start"
    servers: tuple[str, ...] = ("bare",)
    recipe: Mapping[str, Any] = field(default_factory=dict)
