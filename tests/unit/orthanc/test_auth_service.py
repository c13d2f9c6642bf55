"""Which questions an auth-service is asked, whatever guessers do."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest

import auth_service
from auth_service import AuthService

OWN, SECOND = "1.2.3", "4.5.6"
SHARES = {"good": {OWN, SECOND}, "other": {SECOND}}


class Clock:
    """Time that passes only when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


class RecordingService(AuthService):
    """The filter's side, with a service that answers at once."""

    validity = 60.0
    error = "invalid"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.questions: list[tuple[str, str]] = []
        self.before: Callable[[], None] = lambda: None

    def _post(self, route: str, question: Mapping[str, Any]) -> dict[str, Any]:
        token = question["token-value"]
        self.questions.append((route, token))
        self.before()
        if route == "decode":
            return {"error-code": None if token in SHARES else self.error}
        return {"granted": question["dicom-uid"] in SHARES.get(token, ()), "validity": self.validity}

    def opens(self, token: str, study: str = OWN) -> bool:
        return self.grants(token, study, "/dicom-web/studies")

    def counted(self) -> dict[str, int]:
        return dict(Counter(route for route, _ in self.questions))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(auth_service, "time", clock)
    return clock


@pytest.fixture
def service(clock: Clock) -> RecordingService:
    logged: list[str] = []
    asked = RecordingService("http://auth", "a", "b", None, "token", logged.append)
    asked.logged = logged  # type: ignore[attr-defined]
    return asked


def test_a_grant_is_remembered_for_its_validity(service: RecordingService, clock: Clock) -> None:
    assert [service.opens("good") for _ in range(3)] == [True] * 3
    clock.now += 61
    assert service.opens("good")
    assert service.counted() == {"validate": 2}


@pytest.mark.parametrize(("validity", "held"), [(0, 0), (-5, 0), (1e308, 3600), (10**30, 3600)])
def test_a_grant_is_remembered_for_an_hour_at_most(
    service: RecordingService, clock: Clock, validity: float, held: float
) -> None:
    service.validity = validity
    assert service.opens("good")
    clock.now += held + 1
    service.opens("good")
    assert service.counted() == {"validate": 2}


def test_the_service_is_seldom_asked_about_an_unknown_token_whatever_it_is_sent_for(
    service: RecordingService, clock: Clock
) -> None:
    for number in range(50):
        assert not service.opens("guess", f"1.{number}")
    assert service.counted() == {"validate": 1, "decode": 1}
    clock.now += 11
    assert not service.opens("guess")
    assert service.counted() == {"validate": 2, "decode": 1}


def test_a_token_that_is_refused_for_one_study_may_open_another(service: RecordingService) -> None:
    assert [service.opens("other", study) for study in (OWN, SECOND, OWN)] == [False, True, False]
    assert service.counted() == {"validate": 2, "decode": 1}


def test_a_share_that_is_created_later_works_soon(
    service: RecordingService, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not service.opens("new")
    monkeypatch.setitem(SHARES, "new", {OWN})
    assert not service.opens("new")
    clock.now += 11
    assert service.opens("new")


def test_a_withdrawn_share_is_refused_after_its_validity(
    service: RecordingService, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert service.opens("good")
    monkeypatch.setitem(SHARES, "good", set())
    clock.now += 61
    assert not service.opens("good")
    clock.now += 5
    assert not service.opens("good")


def test_guessed_tokens_cause_a_limited_number_of_requests(service: RecordingService, clock: Clock) -> None:
    for number in range(3000):
        clock.now += 0.01
        assert not service.opens(f"guess-{number}")
    asked = service.counted()["validate"]
    # In 30 seconds: what was saved, and ten each second.
    assert 345 <= asked <= 351
    assert service.counted()["decode"] <= asked
    logged = service.logged  # type: ignore[attr-defined]
    assert len([line for line in logged if "limit of requests" in line]) == 1
    assert "guess" not in "".join(logged)


def test_many_unknown_tokens_do_not_lock_out_a_known_one(service: RecordingService, clock: Clock) -> None:
    service.validity = 0
    assert service.opens("good")
    for number in range(3000):
        service.opens(f"guess-{number}")
    assert not service.opens("other", SECOND)  # it is not known yet
    assert [service.opens("good", study) for study in (OWN, SECOND) * 500] == [True] * 1000
    clock.now += 1
    assert service.opens("other", SECOND)


def test_a_known_token_has_a_rate_limit_for_new_studies(service: RecordingService, clock: Clock) -> None:
    assert service.opens("good")
    for number in range(3000):
        service.opens("good", f"1.9.{number}")
    assert service.counted()["validate"] <= 402
    assert service.opens("good")
    assert service.opens("other", SECOND)


def test_a_link_of_two_hundred_studies_opens_at_once(
    service: RecordingService, monkeypatch: pytest.MonkeyPatch
) -> None:
    studies = [f"1.7.{number}" for number in range(200)]
    monkeypatch.setitem(SHARES, "many", set(studies))
    assert all(service.opens("many", study) for study in studies)


def test_a_hanging_service_blocks_few_threads_with_unknown_tokens_and_none_with_known_ones(
    service: RecordingService, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.validity = 0
    assert service.opens("good")
    monkeypatch.setattr(auth_service, "WAIT_SECONDS", 0.05)
    go_on, hanging = threading.Event(), threading.Semaphore(0)

    def hang() -> None:
        hanging.release()
        assert go_on.wait(20)

    service.before = hang
    guessers = [threading.Thread(target=service.opens, args=(f"guess-{number}",)) for number in range(10)]
    for thread in guessers:
        thread.start()
    for _ in guessers:
        assert hanging.acquire(timeout=20)
    asked = len(service.questions)
    assert not service.opens("one-more")
    assert len(service.questions) == asked
    service.before = lambda: None
    assert service.opens("good")
    go_on.set()
    for thread in guessers:
        thread.join(20)
    assert not service.opens("after")
    assert service.questions[-2:] == [("validate", "after"), ("decode", "after")]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"granted": "true", "validity": 60},
        {"granted": 1, "validity": 60},
        {"granted": None},
        {"granted": [True]},
        {"granted": True, "validity": "60"},
        {"granted": True, "validity": True},
        {"granted": True, "validity": None},
        {"granted": True, "validity": [60]},
    ],
)
def test_an_undocumented_answer_is_a_refusal(
    service: RecordingService, answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_post", lambda *_: answer)
    assert not service.opens("good")
    assert "no usable answer" in service.logged[-1]  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", [None, 1, True, ["expired"], {}, "expired ", "x" * 10_000])
def test_an_undocumented_reason_is_not_quoted(service: RecordingService, code: Any) -> None:
    service.error = code
    assert not service.opens("guess")
    assert service.logged[-1].endswith("it is for something else.")  # type: ignore[attr-defined]


class Dripping:
    """An answer that comes a byte a second, without end."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.read = 0

    def open(self, request: Any, timeout: float) -> Dripping:
        return self

    def __enter__(self) -> Dripping:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def read1(self, most: int) -> bytes:
        self._clock.now += 1
        self.read += 1
        return b" "


def test_an_answer_that_arrives_too_slowly_is_a_refusal(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    dripping, logged = Dripping(clock), list[str]()
    monkeypatch.setattr(auth_service, "OPENER", dripping)
    assert not AuthService("http://auth", "a", "b", None, "token", logged.append).grants("t", OWN, "/")
    assert dripping.read == 6
    assert "no usable answer" in logged[0]


def test_the_caches_are_bounded(service: RecordingService, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth_service, "MOST_KEPT", 20)
    for number in range(100):
        clock.now += 1
        service.opens(f"guess-{number}")
    kept: list[Any] = [service._granted, service._refused, service._reasons, service._known]
    assert max(len(latest._kept) for latest in kept) == 20


def test_the_password_is_not_in_its_representation() -> None:
    assert "secret" not in repr(AuthService("http://auth", "a", "secret", None, "token", print))
