"""A received request belongs to the scenario whose page sent it, whenever it arrives."""

from __future__ import annotations

from dataclasses import replace

from ohifbuild.contract.settings import Settings
from ohifbuild.verification.attribution import attributed
from ohifbuild.verification.evidence import ReceivedRequest, SentRequest
from ohifbuild.verification.tab import Unseen

ORIGIN = "http://127.0.0.1:8099"
SETTINGS = Settings()


def sent(path: str, answer: int | None, token: str = "t") -> SentRequest:
    return SentRequest(
        "GET", ORIGIN + path, (("token", token),), "fetch", None if answer is None else 200, 0.0, answer=answer
    )


def received(path: str, number: int | None, token: str = "t") -> ReceivedRequest:
    bare, _, query = path.partition("?")
    return ReceivedRequest("GET", bare, query, (("token", token),), "granted", 200, 0.0, number=number)


def test_a_request_whose_answer_the_browser_has_belongs_where_it_was_sent() -> None:
    pages = {0: [sent("/a", 1)], 1: [sent("/a", 0), sent("/b?c=1", 2)]}
    found = attributed(pages, [received("/a", 0), received("/a", 1), received("/b?c=1", 2)], 1, SETTINGS)
    assert {page: [each.number for each in requests] for page, requests in found.items()} == {0: [1], 1: [0, 2]}


def test_a_request_that_a_leaving_page_cut_off_belongs_to_that_page() -> None:
    pages = {0: [sent("/a", 0), sent("/b", None)], 1: [sent("/a", 2), sent("/b", 3)]}
    late = [received("/a", 0), received("/b", 1), received("/a", 2), received("/b", 3)]
    found = attributed(pages, late, 1, SETTINGS)
    assert [each.number for each in found[0]] == [0, 1]
    assert [each.number for each in found[1]] == [2, 3]


def test_one_unanswered_request_explains_one_arrival_and_no_more() -> None:
    found = attributed({0: [sent("/a", None)], 1: []}, [received("/a", 0), received("/a", 1)], 1, SETTINGS)
    assert [each.number for each in found[0]] == [0]
    assert [each.number for each in found[1]] == [1]


def test_a_request_that_the_browser_did_not_send_is_charged_to_the_page_that_is_open() -> None:
    found = attributed({0: [], 1: [sent("/a", 0)]}, [received("/a", 0), received("/prior?PatientID=1", 1)], 1, SETTINGS)
    assert [each.number for each in found[1]] == [0, 1]


def test_a_request_in_another_way_does_not_explain_an_arrival() -> None:
    found = attributed({0: [sent("/a?x", None)], 1: []}, [received("/a", 0)], 1, SETTINGS)
    assert found[0] == ()
    assert [each.path for each in found[1]] == ["/a"]


def test_at_a_recorder_that_numbers_none_the_token_tells_which_request_a_proxy_refused() -> None:
    pages = {0: [sent("/a", None, "wrong")], 1: [sent("/a", None, "foreign")]}
    found = attributed(pages, [received("/a", None, "foreign")], 1, SETTINGS)
    assert (found[0], len(found[1])) == ((), 1)


def test_a_request_of_which_only_the_network_says_belongs_to_its_page_and_is_marked() -> None:
    pages = {0: [sent("/a", 0)], 1: []}
    known = {0: [Unseen((("token", "t"),), 0), Unseen((("token", "t"),), 1)]}
    found = attributed(pages, [received("/a", 0), received("/b", 1), received("/b", 2)], 1, SETTINGS, known)
    assert [(each.number, each.unseen) for each in found[0]] == [(0, False), (1, True)]
    assert [(each.number, each.unseen) for each in found[1]] == [(2, False)]


def test_one_that_was_cut_off_too_is_known_by_its_token() -> None:
    known = {0: [Unseen((("token", "t"),))]}
    arrived = [
        received("/whole", 0),
        *(replace(received(f"/{token}", 1, token), cut_off=True) for token in ("other", "t", "t")),
    ]
    found = attributed({0: [], 1: []}, arrived, 1, SETTINGS, known)
    assert [(each.path, each.unseen) for each in found[0]] == [("/t", True)]
    assert [(each.path, each.unseen) for each in found[1]] == [("/whole", False), ("/other", False), ("/t", False)]
