"""The contract in Python gives the result in every row of the shared tables."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

import link_contract
from ohifbuild.contract import answers, place, request
from ohifbuild.contract.link import make_link, read_link
from ohifbuild.contract.request import Meaning, Scope, permits
from ohifbuild.contract.settings import Settings, Source
from ohifbuild.contract.source import source_of
from ohifbuild.contract.tokens import Choice, choose_token, is_expired, is_token
from vectors import Row, differences, rows

PLACES = {"toolkit": place, "orthanc": link_contract}
REQUESTS = {"toolkit": request, "orthanc": link_contract}


@pytest.mark.parametrize("stated_in", PLACES)
def test_places(stated_in: str) -> None:
    rule = PLACES[stated_in]

    def tail(row: Row) -> str | None:
        below: str | None = rule.below(row["path"], row["root"]) if rule.is_plain(row["path"]) else None
        return below

    assert differences(rows("places"), tail, lambda row: row["tail"]) == []


@pytest.mark.parametrize("stated_in", REQUESTS)
def test_requests(stated_in: str) -> None:
    rule = REQUESTS[stated_in]

    def said(row: Row) -> object:
        return rule.Meaning(row["kind"], frozenset(row["studies"]), frozenset(row["patients"]))

    assert differences(rows("requests"), lambda row: rule.meaning(row["method"], row["tail"], row["query"]), said) == []


def test_scopes() -> None:
    def permitted(row: Row) -> bool:
        given, asked = row["scope"], row["asked"]
        scope = Scope(
            frozenset(given["studies"]),
            frozenset(given["patients"]),
            any_study=given["anyStudy"],
            any_patient=given["anyPatient"],
            open=given["open"],
        )
        return permits(scope, Meaning(asked["kind"], frozenset(asked["studies"]), frozenset(asked["patients"])))

    assert differences(rows("scopes"), permitted, lambda row: row["permits"]) == []


def test_tokens() -> None:
    def said(row: Row) -> Choice:
        return Choice(row["token"], bad=row["bad"])

    assert differences(rows("tokens"), lambda row: choose_token(row["raw"]), said) == []
    assert all(is_token(row["token"]) for row in rows("tokens") if row["token"] is not None)


def test_limits() -> None:
    def accepted(row: Row) -> set[bool]:
        if row["kind"] == "token":
            return {is_token("x" * row["length"]), link_contract.is_token("x" * row["length"])}
        return {not read_link("https://v.example/viewer?x=".ljust(row["length"], "x"), "token").problem}

    assert differences(rows("limits"), accepted, lambda row: {row["accepted"]}) == []


def test_expiry() -> None:
    def expired(row: Row) -> bool:
        return is_expired(row["token"], row["now"])

    assert differences(rows("expiry"), expired, lambda row: row["expired"]) == []


def test_sources() -> None:
    ward = Source("ward", ("/ward",), "token", "", "token")

    def name(row: Row) -> str | None:
        settings = Settings(source_name="main", further=(ward,), public_url=row["publicUrl"])
        path, _, query = row["address"].partition("?")
        found = source_of(settings, path, query)
        return found.name if found else None

    assert differences(rows("sources"), name, lambda row: row["source"]) == []


def test_links() -> None:
    def read(row: Row) -> tuple[object, ...]:
        link = read_link(row["link"], row["param"])
        return link.problem, link.token, list(link.studies), link.url, link.key, link.address

    def said(row: Row) -> tuple[object, ...]:
        return tuple(row[name] for name in ("problem", "token", "studies", "url", "key", "address"))

    assert differences(rows("links"), read, said) == []


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


def test_a_link_that_make_link_makes_can_be_read() -> None:
    """So far as the token's letters allow, the token also stands in the fragment alone."""
    whole = [row for row in rows("links") if row["studies"] and row["token"]]

    def made(row: Row) -> str:
        return make_link("https://v.example/viewer", row["studies"], row["token"], row["param"])

    def read(row: Row) -> tuple[object, ...]:
        link = read_link(made(row), row["param"])
        return link.problem, link.token, list(link.studies)

    assert differences(whole, read, lambda row: ("", row["token"], row["studies"])) == []
    shown = "https://v.example/viewer?StudyInstanceUIDs=1.2.3"
    assert [row for row in whole if row["token"] in made(row).partition("#")[0] and row["token"] not in shown] == []


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
