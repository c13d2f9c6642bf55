"""Requests that DevTools lose with a document: what the browser's network still says of them, and whose they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from playwright.sync_api import CDPSession, Page

from ohifbuild.verification.recordings import Recordings


class DevTools:
    """Passes on the events of a list."""

    def __init__(self) -> None:
        self._listeners: dict[str, Callable[[Any], None]] = {}

    def on(self, event: str, listener: Callable[[Any], None]) -> None:
        self._listeners[event] = listener

    def send(self, method: str) -> None:
        """Nothing has to be switched on."""

    def document(self, loader: str) -> None:
        self.request(loader, loader)

    def request(self, number: str, loader: str) -> None:
        event = {"loaderId": loader, "requestId": number, "request": {"url": "http://h/a"}}
        self._listeners["Network.requestWillBeSent"](event)

    def network(self, number: str, token: str) -> None:
        self._listeners["Network.requestWillBeSentExtraInfo"]({"requestId": number, "headers": {"Token": token}})

    def answer(self, number: str, header: str, name: str = "ohifbuild-request") -> None:
        self._listeners["Network.responseReceivedExtraInfo"]({"requestId": number, "headers": {name: header}})


@pytest.fixture
def told() -> tuple[Recordings, DevTools]:
    """A page of recording 1 that has sent 7.1 and 7.2, and is left for that of recording 2, which has sent 7.5."""
    recordings, devtools = Recordings(), DevTools()
    recordings.watch(cast(Page, object()), cast(CDPSession, devtools))
    recordings.begin(new_document=True)
    devtools.document("A")
    devtools.request("7.1", "A")
    devtools.request("7.2", "A")
    recordings.begin(new_document=True)
    devtools.document("B")
    devtools.request("7.5", "B")
    return recordings, devtools


def unseen(recordings: Recordings) -> list[set[int]]:
    every = (recordings.unseen(number) for number in range(recordings.latest + 1))
    return [{each.answer for each in found if each.answer is not None} for found in every]


def test_a_lost_request_belongs_to_the_page_that_was_left(told: tuple[Recordings, DevTools]) -> None:
    recordings, devtools = told
    devtools.answer("7.3", "12")
    devtools.answer("7.4", "13", "Ohifbuild-Request")
    assert unseen(recordings) == [set(), {12, 13}, set()]


def test_it_belongs_to_every_recording_of_its_document(told: tuple[Recordings, DevTools]) -> None:
    recordings, devtools = told
    recordings.begin(new_document=False)
    recordings.begin(new_document=True)
    devtools.answer("7.6", "14")
    assert unseen(recordings) == [set(), set(), {14}, {14}, set()]


@pytest.mark.parametrize(
    ("number", "header"),
    [("7.2", "12"), ("7.3", ""), ("7.3", "x"), ("8.3", "12"), ("7.0", "12"), ("7.6", "12"), ("C", "12")],
    ids=["reported", "no number", "no digits", "other process", "none before", "of the page that is open", "document"],
)
def test_all_others_are_nobodys(told: tuple[Recordings, DevTools], number: str, header: str) -> None:
    recordings, devtools = told
    devtools.answer(number, header)
    assert unseen(recordings) == [set(), set(), set()]


def test_a_report_that_comes_later_counts(told: tuple[Recordings, DevTools]) -> None:
    recordings, devtools = told
    devtools.answer("7.3", "12")
    devtools.request("7.3", "A")
    assert unseen(recordings) == [set(), set(), set()]


def test_one_without_an_answer_is_known_by_its_headers(told: tuple[Recordings, DevTools]) -> None:
    recordings, devtools = told
    devtools.network("7.3", "t")
    devtools.network("7.4", "u")
    devtools.answer("7.4", "12")
    found = recordings.unseen(1)
    assert [(each.headers, each.answer) for each in found] == [((("token", "t"),), None), ((("token", "u"),), 12)]
