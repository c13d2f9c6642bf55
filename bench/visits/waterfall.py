"""The waterfalls of both viewers side by side, on one scale: requests and busy times as bars, marks at what is seen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from ohifbuild.contract.settings import Settings
from visits import svg
from visits.requests import Sent
from visits.result import ELLIPSIS, LONG_UID
from visits.visit import Visit

LABELS, PLOT, GAP = 130, 390, 24
ROW, TOP, BELOW = 9, 96, 26
LONGEST_LABEL = 21
MARKS = {"archive": ("archive asked", 46), "still": ("still", 58), "image": ("first image", 70)}
"""What is marked, and how high its words stand, so that they never cover one another."""
KINDS = {"document": "page and styles", "script": "scripts", "archive": "archive", "rest": "others"}


def waterfalls(ours: Visit, other: Visit, settings: Settings, title: str) -> str:
    """Both visits until their first images."""
    end = max(ours.image, other.image) * 1.03
    rows = max(len(ours.sent), len(other.sent))
    height = TOP + rows * ROW + BELOW
    width = 2 * (LABELS + PLOT) + GAP
    parts = [
        *_panel(ours, "ohifbuild", settings, 0, end, height),
        *_panel(other, "the other viewer", settings, LABELS + PLOT + GAP, end, height),
    ]
    return svg.picture(width, height, title, parts)


def _panel(visit: Visit, name: str, settings: Settings, left: float, end: float, height: float) -> Iterator[str]:
    scale, zero = PLOT / end, left + LABELS
    yield svg.text(left, 14, f"{name}: first image after {visit.image:.2f} s", "title")
    yield from _legend(left)
    for second in _ticks(end):
        x = zero + second * scale
        yield svg.line(x, TOP - 14, x, height - 18, "axis")
        yield svg.text(x, height - 6, f"{second:g} s", "small quiet middle")
    yield svg.text(zero - 4, TOP - 4, "main thread busy", "small end")
    for begun, ended in visit.tasks:
        yield svg.bar(zero + begun * scale, TOP - 12, (ended - begun) * scale, ROW, "busy")
    for number, sent in enumerate(visit.sent):
        yield from _row(sent, kind(sent.url, settings), left, TOP + number * ROW, scale, visit.image)
    marks = {"archive": visit.archive, "still": visit.still, "image": visit.image}
    for what, seconds in marks.items():
        if seconds is not None:
            x, (words, y) = zero + seconds * scale, MARKS[what]
            yield svg.line(x, y + 3, x, height - 18, f"mark mark-{what}")
            yield svg.text(x, y, f"{words} {seconds:.2f} s", f"small {'end' if x > zero + PLOT / 2 else ''} now-{what}")


def _row(sent: Sent, of: str, left: float, y: float, scale: float, image: float) -> Iterator[str]:
    zero = left + LABELS
    ended = min(image, image if sent.ended is None else sent.ended)
    answered = min(ended, ended if sent.answered is None else sent.answered)
    yield svg.text(zero - 4, y + ROW - 2, label(sent.url), "small end quiet")
    yield svg.bar(zero + sent.begun * scale, y + 1, (answered - sent.begun) * scale, ROW - 2, f"{of} waiting")
    yield svg.bar(zero + answered * scale, y + 1, (ended - answered) * scale, ROW - 2, of)


def _legend(left: float) -> Iterator[str]:
    x = left
    for of, words in KINDS.items():
        yield svg.bar(x, 22, 9, 9, of)
        yield svg.text(x + 13, 30, words, "small")
        x += 13 + 7 * len(words) + 8
    yield svg.text(x, 30, "pale: waiting for the first byte", "small quiet")


def _ticks(end: float) -> Sequence[float]:
    step = next(each for each in (0.5, 1, 2, 5, 10, 20) if end / each <= 8 or each == 20)
    return [number * step for number in range(int(end / step) + 1)]


def kind(url: str, settings: Settings) -> str:
    """The kind of a request, which decides its colour: a key of KINDS."""
    if settings.is_archive(url):
        return "archive"
    path = urlsplit(url).path
    if path.endswith((".js", ".mjs")):
        return "script"
    if path.endswith((".css", ".html")) or "." not in path.rpartition("/")[2]:
        return "document"
    return "rest"


def label(url: str) -> str:
    """The end of a URL's path, as short as it still says something."""
    path = LONG_UID.sub(ELLIPSIS, urlsplit(url).path)
    words = re.sub(r"\.[0-9a-f]{16,}\.", ".", path).strip("/") or "/"
    last = "/".join(words.split("/")[-2:]) if "/" in words else words
    return last if len(last) <= LONGEST_LABEL else "…" + last[1 - LONGEST_LABEL :]
