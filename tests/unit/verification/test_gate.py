from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ohifbuild.contract.grants import Grant, Tokens
from ohifbuild.contract.settings import Settings
from ohifbuild.verification.gate import STATUS, decide
from vectors import Row, differences, rows

SETTINGS = Settings()
TOKENS = Tokens(
    grants={
        "one": Grant(frozenset({"1.2"})),
        "two": Grant(frozenset({"1.2", "1.3"})),
        "priors": Grant(frozenset({"1.2"}), frozenset({"108506"})),
    },
    expired=frozenset({"old"}),
)


REQUESTS = rows("requests")
PERMITTED = [row for row in REQUESTS if row["kind"] == "study" and not row["patients"]]
UNCLEAR = [row for row in REQUESTS if row["kind"] == "other"]


def asked(
    tail: str,
    query: str = "",
    *values: str,
    settings: Settings = SETTINGS,
    method: str = "GET",
    tokens: Tokens = TOKENS,
) -> str:
    headers = [(settings.token_header.lower(), value) for value in values or ("one",)]
    return decide(method, [("accept", "*/*"), *headers], tail, query, tokens, settings)


@pytest.mark.parametrize(
    ("tail", "query"),
    [
        ("studies/1.2/series", ""),
        ("studies/1.2/series/9/instances/8/frames/1", ""),
        ("studies", "StudyInstanceUID=1.2"),
        ("studies", "0020000d=1.2&limit=1"),
        ("series", "StudyInstanceUID=1.2&Modality=CT"),
    ],
)
def test_requests_for_the_tokens_study_are_granted(tail: str, query: str) -> None:
    assert asked(tail, query) == "granted"


@pytest.mark.parametrize(
    ("tail", "query", "decision"),
    [
        ("studies/1.3/series", "", "other-study"),
        ("studies/1.2.3/series", "", "other-study"),
        ("studies", "StudyInstanceUID=1.2,1.3", "other-study"),
        ("studies", "StudyInstanceUID=1.2%5C1.3", "other-study"),
        ("studies", "StudyInstanceUID=1.2&0020000D=1.3", "other-study"),
        ("studies/1.2/series", "StudyInstanceUID=1.3", "other-study"),
        ("studies", "StudyInstanceUID=*", "unclear"),
        ("studies", "PatientID=108506", "patient-query"),
        ("studies", "00100020=*108506*", "patient-query"),
        ("studies", "StudyInstanceUID=1.2&PatientName=A*", "patient-query"),
        ("studies", "mrn=108506", "patient-query"),
        ("studies", "", "unpinned"),
        ("studies", "limit=101&offset=0", "unpinned"),
        ("instances", "SOPInstanceUID=5", "unpinned"),
        ("", "", "unclear"),
        ("studies/1.2/../1.3/series", "", "unclear"),
        ("studies/1.2/%2e%2e/1.3/series", "", "unclear"),
        ("studies/1%2E2/metadata", "", "unclear"),
        ("studies/1.2%2F..%2F1.3/series", "", "unclear"),
        ("studies//1.3/series", "", "unclear"),
        # The study is named where archives do not look for it.
        ("series/9.9/instances", "StudyInstanceUID=1.2", "unclear"),
        ("viewer/studies/9.9/series", "StudyInstanceUID=1.2", "unclear"),
        ("studies", "STUDYINSTANCEUID=1.2", "unclear"),
        ("studies", "PatientBirthDate=19700101", "patient-query"),
        ("studies", "OtherPatientIDs=108506", "patient-query"),
        ("studies", "00100030=19700101&StudyInstanceUID=1.2", "patient-query"),
    ],
)
def test_all_other_requests_are_refused(tail: str, query: str, decision: str) -> None:
    assert asked(tail, query) == decision
    assert STATUS[decision] == 403


def test_two_studies_need_a_token_for_both() -> None:
    assert asked("studies", "StudyInstanceUID=1.2,1.3", "two") == "granted"


def test_searches_by_patient_are_granted_exactly_where_priors_are_allowed() -> None:
    assert asked("studies", "00100020=108506", "priors") == "granted"
    assert asked("studies", "00100020=*108506*", "priors") == "patient-query"
    assert asked("studies", "00100020=1085061", "priors") == "patient-query"


def test_missing_unknown_and_expired_tokens_are_distinguished() -> None:
    tail = "studies/1.2/series"
    assert decide("GET", [], tail, "", TOKENS, SETTINGS) == "no-token"
    assert asked(tail, "", "nobody's") == "unknown-token"
    assert asked(tail, "", "old") == "expired"
    assert asked(tail, "", "One") == "unknown-token"


@pytest.mark.parametrize("values", [("one", "one"), ("one", "two"), ("one, one",), ("Bearer one",), ("",)])
def test_a_repeated_or_altered_header_is_refused(values: tuple[str, ...]) -> None:
    assert asked("studies/1.2/series", "", *values) == "unknown-token"


def test_header_and_scheme_come_from_the_recipe() -> None:
    bearer = Settings(token_header="Authorization", token_scheme="Bearer")
    assert asked("studies/1.2/series", "", "Bearer one", settings=bearer) == "granted"
    assert asked("studies/1.2/series", "", "one", settings=bearer) == "unknown-token"
    assert decide("GET", [("token", "one")], "studies/1.2/series", "", TOKENS, bearer) == "no-token"


def test_tokens_do_not_show_in_a_repr() -> None:
    assert "one" not in repr(TOKENS)
    assert "old" not in repr(TOKENS)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "get"])
def test_methods_that_change_something_are_never_granted(method: str) -> None:
    assert asked("studies/1.2", method=method) == "method"


def test_what_the_vectors_call_a_study_is_granted_with_its_token_only() -> None:
    def decided(row: Row) -> tuple[str, ...]:
        scopes = (frozenset(row["studies"]), frozenset({"9.8.7"}))
        each = (Tokens({"one": Grant(studies)}) for studies in scopes)
        return tuple(asked(row["tail"], row["query"], method=row["method"], tokens=tokens) for tokens in each)

    assert differences(PERMITTED, decided, lambda _: ("granted", "other-study")) == []


def test_what_the_vectors_call_unclear_is_granted_to_nobody() -> None:
    tokens = Tokens({"one": Grant(frozenset({"1.2.3", "4.5.6", "9.9"}), frozenset({"108506", "*"}))})

    def is_refused(row: Row) -> bool:
        return asked(row["tail"], row["query"], method=row["method"], tokens=tokens) in ("unclear", "method")

    assert differences(UNCLEAR, is_refused, lambda _: True) == []


@given(st.text(max_size=40), st.text(max_size=40))
def test_hostile_paths_and_queries_are_never_granted(tail: str, query: str) -> None:
    assert asked(tail, query) != "granted" or "1.2" in tail + query
