"""The contract in Python gives the result in every row of the shared tables."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import pytest

import link_contract
from ohifbuild.contract import answers, place, request
from ohifbuild.contract.link import make_link, read_link
from ohifbuild.contract.request import Meaning, Scope, permits
from ohifbuild.contract.settings import Settings, Source
from ohifbuild.contract.source import source_of
from ohifbuild.contract.tokens import Choice, choose_token, is_expired, is_token
from vectors import rows

Row = dict[str, Any]


PLACES = {"toolkit": place, "orthanc": link_contract}
REQUESTS = {"toolkit": request, "orthanc": link_contract}


@pytest.mark.parametrize("stated_in", PLACES)
@pytest.mark.parametrize("row", rows("places"))
def test_place(row: Row, stated_in: str) -> None:
    rule = PLACES[stated_in]
    found = rule.below(row["path"], row["root"]) if rule.is_plain(row["path"]) else None
    assert found == row["tail"], row["why"]


@pytest.mark.parametrize("stated_in", REQUESTS)
@pytest.mark.parametrize("row", rows("requests"))
def test_request(row: Row, stated_in: str) -> None:
    rule = REQUESTS[stated_in]
    asked = rule.meaning(row["method"], row["tail"], row["query"])
    assert asked == rule.Meaning(row["kind"], frozenset(row["studies"]), frozenset(row["patients"])), row["why"]


@pytest.mark.parametrize("row", rows("scopes"))
def test_scope(row: Row) -> None:
    given, asked = row["scope"], row["asked"]
    scope = Scope(
        frozenset(given["studies"]),
        frozenset(given["patients"]),
        any_study=given["anyStudy"],
        any_patient=given["anyPatient"],
        open=given["open"],
    )
    asks = Meaning(asked["kind"], frozenset(asked["studies"]), frozenset(asked["patients"]))
    assert permits(scope, asks) is row["permits"], row["why"]


@pytest.mark.parametrize("row", rows("tokens"))
def test_token(row: Row) -> None:
    assert choose_token(row["raw"]) == Choice(row["token"], bad=row["bad"]), row["why"]
    assert row["token"] is None or is_token(row["token"])


@pytest.mark.parametrize("row", rows("limits"))
def test_limit(row: Row) -> None:
    if row["kind"] == "token":
        found = {is_token("x" * row["length"]), link_contract.is_token("x" * row["length"])}
    else:
        found = {not read_link("https://v.example/viewer?x=".ljust(row["length"], "x"), "token").problem}
    assert found == {row["accepted"]}, row["why"]


@pytest.mark.parametrize("row", rows("expiry"))
def test_expiry(row: Row) -> None:
    assert is_expired(row["token"], row["now"]) is row["expired"], row["why"]


@pytest.mark.parametrize("row", rows("sources"))
def test_source(row: Row) -> None:
    ward = Source("ward", ("/ward",), "token", "", "token")
    settings = Settings(source_name="main", further=(ward,), public_url=row["publicUrl"])
    path, _, query = row["address"].partition("?")
    found = source_of(settings, path, query)
    assert (found and found.name) == row["source"], row["why"]


@pytest.mark.parametrize("row", rows("links"))
def test_link(row: Row) -> None:
    link = read_link(row["link"], row["param"])
    assert (link.problem, link.token, list(link.studies), link.url, link.key) == (
        row["problem"],
        row["token"],
        row["studies"],
        row["url"],
        row["key"],
    ), row["why"]
    assert link.address == row["address"], row["why"]


def test_answers() -> None:
    """One test for the table: its rows are all statuses, kinds and states of the page."""
    for row in rows("answers"):
        answer = answers.meaning_of(row["status"])
        telling = answers.telling_of(row["status"], row["kind"], row["shown"])
        assert (
            answers.kind_of(row["target"]),
            answer and answer.means,
            bool(answer and answer.retry),
            telling and telling.message,
            bool(telling and telling.covers),
        ) == (row["kind"], row["means"], row["retry"], row["message"], row["covers"]), row


def test_retries_end_within_their_bounds() -> None:
    bounds = answers.retry()
    assert 0 < sum(bounds.pauses) <= bounds.total < 20
    assert max(bounds.pauses) <= bounds.longest <= bounds.total


@pytest.mark.parametrize("row", [row for row in rows("links") if row["studies"] and row["token"]])
def test_a_link_that_make_link_makes_can_be_read(row: Row) -> None:
    made = make_link("https://v.example/viewer", row["studies"], row["token"], row["param"])
    link = read_link(made, row["param"])
    assert (link.problem, link.token, list(link.studies)) == ("", row["token"], row["studies"])
    assert (
        row["token"] not in made.partition("#")[0] or row["token"] in "https://v.example/viewer?StudyInstanceUIDs=1.2.3"
    )


@pytest.mark.parametrize(
    "link",
    [
        " https://v.example/viewer?token=t",
        "https:///v.example/viewer?token=t",
        "https:v.example/viewer?token=t",
        "https:/v.example/viewer?token=t",
        "https:\\\\v.example/viewer?token=t",
        "https://v.example\\viewer?token=t",
        "https://v.example:/viewer?token=t",
        "https://@v.example/viewer?token=t",
        *(f"https://v.example/viewer?to{chr(code)}ken=t" for code in range(0x21)),
        *(f"https://v.example/viewer?x#token=t{chr(code)}" for code in (0x0, 0x9, 0xA, 0xD, 0x20)),
    ],
)
def test_a_link_that_a_browser_would_correct_is_refused(link: str) -> None:
    assert read_link(link, "token").problem == "bad-link"


def test_an_empty_value_is_not_a_token() -> None:
    assert not is_token("")


def test_an_empty_scope_permits_nothing() -> None:
    assert Scope() == Scope(frozenset(), frozenset(), any_study=False, any_patient=False, open=False)
    asked = (Meaning("study", frozenset({"1.2.3"})), Meaning("patient", frozenset(), frozenset({"7"})), Meaning("open"))
    assert not any(permits(Scope(), one) for one in asked)


@pytest.mark.parametrize(
    "value",
    [
        Scope(),
        Meaning("open"),
        choose_token(["t"]),
        read_link("https://v.example/viewer", "token"),
        answers.meaning_of(404),
        answers.telling_of(404, "search", "nothing"),
        answers.retry(),
    ],
)
def test_values_of_the_contract_are_frozen(value: object) -> None:
    with pytest.raises(FrozenInstanceError):
        value.studies = frozenset()  # type: ignore[attr-defined]


def test_the_repr_of_a_link_or_a_token_does_not_show_the_token() -> None:
    assert "secret" not in repr(read_link("https://v.example/viewer?StudyInstanceUIDs=1.2#token=secret", "token"))
    assert "secret" not in repr(choose_token(["secret"]))
