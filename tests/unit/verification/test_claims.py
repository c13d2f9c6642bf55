"""Each claim holds for the faultless observation, and fails for the one fault that it is about."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from ohifbuild.contract.settings import Settings
from ohifbuild.verification.claims import judge
from ohifbuild.verification.evidence import ImageMatch, Message, Observation, PageState, ReceivedRequest, SentRequest

STUDY = "1.2.826.0.1.3680043.8.498.1"
Failing = Callable[..., set[str]]
BLANK = ImageMatch("viewport 1", True)


def with_state(seen: Observation, **changes: Any) -> Observation:
    return dataclasses.replace(seen, state=dataclasses.replace(seen.state, **changes))


def ask(
    seen: Observation, path: str, decision: str = "granted", *, at_archive: bool = True, method: str = "GET"
) -> Observation:
    """The observation with one more archive request, seen at both ends."""
    token = seen.expects.token
    headers = (("token", token),) if token else ()
    origin = seen.link.partition("/viewer")[0]
    bare, _, query = path.partition("?")
    status = 200 if decision == "granted" else 403
    more = ReceivedRequest(method, bare, query, headers, decision, status, 1.0)
    return dataclasses.replace(
        seen,
        sent=(*seen.sent, SentRequest(method, origin + path, headers, "xhr", status, 1.0)),
        received=(*seen.received, more) if at_archive else seen.received,
    )


def test_a_faultless_viewer_keeps_every_claim(good: Observation, refused: Observation, failing: Failing) -> None:
    assert failing(good) == set()
    assert failing(refused) == set()


@pytest.mark.parametrize(
    ("match", "holds"),
    [
        (BLANK, False),
        ({"score": 0.9}, False),
        ({"rival_score": 0.995}, False),
        ({"instances": ("9.9",)}, False),
        ({"studies": ("9.9",)}, False),
        ({"labelled": "9.9"}, False),
        ({}, True),
    ],
)
def test_only_the_expected_image_counts(good: Observation, failing: Failing, match: Any, holds: bool) -> None:
    shown = match if isinstance(match, ImageMatch) else dataclasses.replace(good.viewports[0], **match)
    assert failing(dataclasses.replace(good, viewports=(shown,))) == (set() if holds else {"right-image"})


@pytest.mark.parametrize(
    ("state", "holds"),
    [
        ({"timings": (f"ohifbuild:preview {STUDY}.1.1",)}, True),
        ({"timings": ("ohifbuild:preview 9.9",)}, False),
        ({"html": '<html><body></body><div id="ohifbuild-preview"></div></html>'}, False),
    ],
)
def test_a_preview_is_of_the_first_image_and_gone(
    good: Observation, failing: Failing, state: dict[str, Any], holds: bool
) -> None:
    assert failing(with_state(good, **state)) == (set() if holds else {"preview"})


def test_a_preview_beside_a_message_fails(refused: Observation, failing: Failing) -> None:
    left = with_state(refused, html='<html><div id="ohifbuild-preview"></div></html>')
    assert failing(left) == {"preview"}


def test_a_series_without_its_own_thumbnail_fails(good: Observation, failing: Failing) -> None:
    wanted = dataclasses.replace(good.expects, thumbnails=(*good.expects.thumbnails, "1.2.9"))
    assert failing(dataclasses.replace(good, expects=wanted)) == {"thumbnails"}


@pytest.mark.parametrize("values", [(), ("tok", "tok"), ("wrong",)])
def test_a_missing_doubled_or_wrong_header_fails_at_each_end(
    good: Observation, failing: Failing, values: tuple[str, ...]
) -> None:
    headers = tuple(("token", good.expects.token if value == "tok" else value) for value in values)
    sent = (*good.sent[:-1], dataclasses.replace(good.sent[-1], headers=headers))
    received = (*good.received[:-1], dataclasses.replace(good.received[-1], headers=headers))
    assert failing(dataclasses.replace(good, sent=sent)) == {"header-sent"}
    assert failing(dataclasses.replace(good, received=received)) == {"header-received"}


def test_header_name_and_scheme_come_from_the_settings(good: Observation, failing: Failing) -> None:
    settings = Settings(token_header="Authorization", token_scheme="Bearer")
    headers = (("authorization", f"Bearer {good.expects.token}"),)
    bearer = dataclasses.replace(
        good,
        sent=tuple(dataclasses.replace(r, headers=headers if "dicom-web" in r.url else ()) for r in good.sent),
        received=tuple(dataclasses.replace(r, headers=headers) for r in good.received),
    )
    assert failing(bearer, settings) == set()
    assert failing(bearer) >= {"header-sent", "header-received", "token-one-way"}


def test_a_request_seen_at_one_end_only_fails(good: Observation, failing: Failing) -> None:
    path = "/dicom-web/studies/1.2.826.0.1.3680043.8.498.1/metadata"
    assert failing(ask(good, path, at_archive=False)) == {"both-ends"}
    assert failing(dataclasses.replace(ask(good, path), sent=good.sent)) == {"both-ends"}


def test_a_request_of_which_only_the_browsers_network_says_is_judged_by_what_it_asks_for(
    good: Observation, failing: Failing
) -> None:
    for path, wrong in (
        ("/studies/1.2.826.0.1.3680043.8.498.1/metadata", set()),
        ("/studies/9.9/metadata", {"own-studies"}),
    ):
        asked = ask(good, f"/dicom-web{path}")
        last = dataclasses.replace(asked.received[-1], unseen=True)
        seen = dataclasses.replace(asked, sent=good.sent, received=(*asked.received[:-1], last))
        assert failing(seen) == wrong


@pytest.mark.parametrize(
    ("query", "claim"),
    [
        ("studies?00100020=108506", "no-patient-query"),
        ("studies?PatientID=*108506*&limit=5", "no-patient-query"),
        ("studies?PatientBirthDate=19700101", "no-patient-query"),
        ("studies?00100030=19700101", "no-patient-query"),
        ("studies?OtherPatientIDs=108506", "no-patient-query"),
        (f"studies/{STUDY}/series?PatientName=A*", "no-patient-query"),
        ("studies?limit=101", "no-open-search"),
        ("series", "no-open-search"),
        ("instances?SOPInstanceUID=1.2", "no-open-search"),
        ("studies/1.2.3/series", "own-studies"),
        ("studies?StudyInstanceUID=1.2.3", "own-studies"),
        (f"studies/{STUDY}/series?StudyInstanceUID=1.2.3", "own-studies"),
        ("?requestType=WADO&studyUID=1.2.3&objectUID=1.2.4", "own-studies"),
        # What could be read in two ways is nobody's own.
        (f"?requestType=WADO&studyUID={STUDY}", "own-studies"),
        (f"studies?studyinstanceuid={STUDY}", "own-studies"),
        ("series/9.9/instances", "own-studies"),
        (f"viewer/studies/{STUDY}/series", "own-studies"),
        (f"studies/{STUDY}/%2e%2e/1.2.3/series", "own-studies"),
        ("", "own-studies"),
    ],
)
def test_a_request_beyond_the_study_fails(good: Observation, failing: Failing, query: str, claim: str) -> None:
    assert failing(ask(good, f"/dicom-web/{query}")) == {claim}
    assert failing(ask(good, f"/dicom-web/{query}", "other-study")) == {claim, "none-refused"}


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT"])
def test_a_request_that_could_change_something_fails(good: Observation, failing: Failing, method: str) -> None:
    path = f"/dicom-web/studies/{STUDY}"
    assert failing(ask(good, path, method=method)) == {"own-studies"}


def test_exact_priors_allow_a_search_for_the_links_own_patient_only(good: Observation, failing: Failing) -> None:
    settings = Settings(priors="exact")
    assert failing(ask(good, "/dicom-web/studies?00100020=108506"), settings) == set()
    for value in ("*108506*", "1085061", "108506&PatientName=A"):
        assert failing(ask(good, f"/dicom-web/studies?00100020={value}"), settings) == {"no-patient-query"}
    assert failing(ask(good, "/dicom-web/studies"), settings) == {"no-open-search"}


def test_searches_that_the_recipe_allows_do_not_fail(good: Observation, failing: Failing) -> None:
    assert failing(ask(good, "/dicom-web/studies?00100020=*9*"), Settings(priors="ohif")) == set()
    assert failing(ask(good, "/dicom-web/studies?limit=5"), Settings(study_list=True)) == set()


def test_the_same_path_at_another_origin_is_not_the_archive(good: Observation, failing: Failing) -> None:
    away = dataclasses.replace(good.sent[-1], url=good.sent[-1].url.replace("127.0.0.1:8099", "127.0.0.1:8098"))
    assert failing(dataclasses.replace(good, sent=(*good.sent, away))) == {"token-one-way"}


def test_a_request_without_a_token_fails(refused: Observation, failing: Failing) -> None:
    seen = ask(refused, f"/dicom-web/studies/{STUDY}/series", "no-token")
    assert failing(seen) == {"header-sent", "header-received"}


def test_requesting_a_resource_twice_fails(good: Observation, failing: Failing) -> None:
    path = f"/dicom-web/studies/{good.expects.studies[0]}/metadata"
    assert failing(ask(ask(good, path), path)) == {"no-doubles"}


def test_ohif_may_search_for_each_patient_if_the_recipe_allows_it(good: Observation, failing: Failing) -> None:
    path = "/dicom-web/studies?00100020=108506"
    twice = ask(ask(good, path), path)
    assert failing(twice, Settings(priors="ohif")) == set()
    assert failing(twice, Settings(priors="exact")) == {"no-doubles"}


@pytest.mark.parametrize(
    "header", [("referer", "http://127.0.0.1:8099/viewer?token={}"), ("authorization", "Bearer {}"), ("x", "{}")]
)
def test_a_token_in_any_other_header_fails(good: Observation, failing: Failing, header: tuple[str, str]) -> None:
    leak = (header[0], header[1].format(quote(good.expects.token)))
    static = dataclasses.replace(good.sent[1], headers=(leak,))
    assert failing(dataclasses.replace(good, sent=(good.sent[0], static, *good.sent[2:]))) == {"token-one-way"}


def test_a_token_in_a_url_fails_but_for_the_link_itself(good: Observation, failing: Failing) -> None:
    url = good.sent[1].url + "?t=" + quote(good.expects.token)
    leaked = (good.sent[0], dataclasses.replace(good.sent[1], url=url), *good.sent[2:])
    assert failing(dataclasses.replace(good, sent=leaked)) == {"token-one-way"}
    again = (good.sent[0], good.sent[0], *good.sent[1:])
    assert failing(dataclasses.replace(good, sent=again)) == {"token-one-way"}


@pytest.mark.parametrize(
    ("place", "claim"),
    [
        ("url", "token-address"),
        ("referrer", "token-address"),
        ("history", "token-address"),
        ("history_state", "token-address"),
        ("visits", "token-address"),
        ("local", "token-storage"),
        ("session", "token-storage"),
        ("cookies", "token-storage"),
        ("databases", "token-storage"),
        ("caches", "token-storage"),
        ("window_name", "token-storage"),
        ("timings", "token-unseen"),
        ("stack", "token-unseen"),
        ("html", "token-unseen"),
    ],
)
def test_a_token_that_remains_anywhere_fails(good: Observation, failing: Failing, place: str, claim: str) -> None:
    text = "before " + base64.b64encode(b"x" + good.expects.token.encode() + b"yz").decode()
    kind = type(getattr(good.state, place))
    value: Any = {"key": text} if kind is dict else (text,) if kind is tuple else text
    assert failing(with_state(good, **{place: value})) == {claim}


def test_in_memory_mode_the_token_is_not_even_in_the_tab_storage(good: Observation, failing: Failing) -> None:
    assert failing(good, Settings(storage="memory")) == {"token-storage"}
    assert failing(with_state(good, session={}), Settings(storage="memory")) == set()


def test_a_token_on_the_console_fails(good: Observation, failing: Failing) -> None:
    assert failing(dataclasses.replace(good, console=(f"log: {good.expects.token}",))) == {"token-unseen"}


@pytest.mark.parametrize(
    "policy",
    [
        "",
        "default-src 'self'",
        "default-src 'self'; script-src 'self' 'sha256-x' https://elsewhere.example",
        "default-src *; script-src 'self' 'sha256-x'",
    ],
)
def test_a_page_without_the_complete_policy_fails(good: Observation, failing: Failing, policy: str) -> None:
    assert failing(with_state(good, policy=policy)) == {"page-policy"}


def test_leaving_the_site_and_uncaught_errors_fail(good: Observation, failing: Failing) -> None:
    assert failing(dataclasses.replace(good, elsewhere=("CONNECT example.org:443",))) == {"nothing-elsewhere"}
    assert failing(dataclasses.replace(good, errors=("TypeError: x",))) == {"no-page-error"}


@pytest.mark.parametrize(
    "message",
    [None, Message("no-token", "text", False), Message("no-token", "", True), Message("expired", "text", True)],
)
def test_a_missing_hidden_empty_or_wrong_message_fails(
    refused: Observation, failing: Failing, message: Message | None
) -> None:
    assert failing(dataclasses.replace(refused, message=message)) == {"message"}


def test_pixels_behind_a_message_fail(good: Observation, refused: Observation, failing: Failing) -> None:
    assert failing(dataclasses.replace(refused, viewports=good.viewports)) == {"no-pixels"}
    assert failing(dataclasses.replace(refused, thumbnails=good.thumbnails)) == {"no-pixels"}


def test_an_answer_behind_a_message_fails(refused: Observation, failing: Failing) -> None:
    study = refused.expects.studies[0]
    asking = dataclasses.replace(refused, expects=dataclasses.replace(refused.expects, token="wrong"))
    given = ask(asking, f"/dicom-web/studies/{study}/series")
    assert failing(given) == {"no-pixels"}
    # An archive that enforces tokens itself may give what our gate would have refused.
    decided = [dataclasses.replace(request, decision="other-study") for request in given.received]
    assert failing(dataclasses.replace(given, received=tuple(decided))) == {"no-pixels"}


def test_page_state_covers_every_kind_of_storage() -> None:
    names = {field.name for field in dataclasses.fields(PageState)}
    assert {"local", "session", "cookies", "databases", "caches", "window_name", "history", "html"} <= names
    assert {"visits", "timings", "stack", "referrer"} <= names


def test_the_link_is_the_first_document_also_after_requests_of_the_page_before(
    good: Observation, failing: Failing
) -> None:
    late = dataclasses.replace(good, sent=(good.sent[1], good.sent[0], *good.sent[2:]))
    assert failing(late) == set()


def test_a_page_that_the_browser_has_kept_sends_nothing(good: Observation, failing: Failing) -> None:
    silent = dataclasses.replace(good, sent=(), received=())
    assert failing(silent) == {"header-sent", "header-received"}
    kept = dataclasses.replace(silent, expects=dataclasses.replace(good.expects, kept=True))
    assert failing(kept) == set()


def test_a_claim_that_a_browser_does_not_let_verify_check_has_no_result(good: Observation) -> None:
    found = {result.claim for result in judge([good], Settings(), without={"no-page-error"})}
    assert found == {result.claim for result in judge([good], Settings())} - {"no-page-error"}


@pytest.mark.parametrize(("decision", "expected"), [("unknown-token", {"no-doubles"}), ("granted", {"no-doubles"})])
def test_a_message_is_shown_without_asking_twice(
    refused: Observation, failing: Failing, decision: str, expected: set[str]
) -> None:
    path = f"/dicom-web/studies/{STUDY}/series"
    assert failing(ask(ask(refused, path, decision), path, decision)) >= expected


def test_an_archive_that_does_not_answer_is_asked_again_where_no_image_is_expected(
    refused: Observation, failing: Failing
) -> None:
    twice = ask(ask(refused, f"/dicom-web/studies/{STUDY}/series"), f"/dicom-web/studies/{STUDY}/series")
    unanswered = tuple(dataclasses.replace(sent, status=None) for sent in twice.sent)
    assert "no-doubles" not in failing(dataclasses.replace(twice, sent=unanswered))
