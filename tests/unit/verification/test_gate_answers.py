"""What the gate answers, sends on and records."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import ClientSession, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.test_utils import TestServer

from ohifbuild.contract.grants import Grant, Tokens
from ohifbuild.contract.settings import Settings
from ohifbuild.verification.gate import NUMBER_HEADER, Gate

SERIES = "studies/1.2/series"
ELSEWHERE = "http://elsewhere.invalid/"
TOKENS = Tokens({"one": Grant(frozenset({"1.2"}))}, expired=frozenset({"old"}))
Answer = tuple[int, dict[str, str], str]
Ask = Callable[..., Awaitable[Answer]]


class Archive:
    """Counts its requests, and fails or answers by itself if it is told to."""

    name = "counting"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.fails = self.streams = self.is_left = False

    async def open(self) -> None:
        """Needs nothing."""

    async def close(self) -> None:
        """Needs nothing."""

    async def handle(self, request: web.Request, tail: str) -> web.StreamResponse:
        self.asked.append(tail)
        if self.fails:
            raise RuntimeError("The archive has a fault.")
        if self.streams:
            response = web.StreamResponse()
            await response.prepare(request)
            await response.write(b"streamed")
            await response.write_eof()
            if self.is_left:
                raise ConnectionResetError
            return response
        return web.Response(text="found")


def run(gate: Gate, archive: Archive, act: Callable[[Ask], Awaitable[None]], *, numbering: Gate | None = None) -> None:
    """Serves the gate on loopback while ``act`` asks it; ``numbering`` is the gate that numbers the answers."""

    async def handle(request: web.Request) -> web.StreamResponse:
        return await gate.pass_through(request, request.match_info["tail"], archive)

    async def main() -> None:
        application = web.Application()
        application.on_response_prepare.append((numbering or gate).answering)
        application.router.add_route("*", "/dicom-web/{tail:.*}", handle)
        async with TestServer(application) as server, ClientSession() as client:

            async def ask(tail: str = SERIES, token: str | None = "one", *, method: str = "GET") -> Answer:
                headers = {} if token is None else {"Token": token}
                url = server.make_url(f"/dicom-web/{tail}")
                async with client.request(method, url, headers=headers, allow_redirects=False) as response:
                    return response.status, dict(response.headers), await response.text()

            await act(ask)

    asyncio.run(main())


@pytest.mark.parametrize(
    ("token", "status", "challenge"),
    [
        (None, 401, 'Token realm="studies"'),
        ("nobody's", 401, 'Token realm="studies", error="invalid_token", error_description="This token is not known."'),
        ("old", 401, 'Token realm="studies", error="invalid_token", error_description="This token has expired."'),
    ],
)
def test_a_challenge_says_what_is_wrong_with_the_token(token: str | None, status: int, challenge: str) -> None:
    archive = Archive()

    async def act(ask: Ask) -> None:
        found, headers, text = await ask(token=token)
        assert (found, headers["WWW-Authenticate"], headers["Cache-Control"]) == (status, challenge, "no-store")
        assert "Allow" not in headers
        assert text.endswith(".\n")

    run(Gate(TOKENS, Settings()), archive, act)
    assert archive.asked == []


def test_the_status_of_an_answer_is_known_from_its_beginning_also_if_the_client_leaves_before_its_end() -> None:
    gate, archive = Gate(TOKENS, Settings()), Archive()
    archive.streams = archive.is_left = True

    async def act(ask: Ask) -> None:
        status, headers, text = await ask()
        assert (status, headers[NUMBER_HEADER], text) == (200, "0", "streamed")

    run(gate, archive, act)
    assert [(each.status, each.cut_off) for each in gate.received()] == [(200, True)]


def test_a_gate_numbers_no_answer_of_another_gate_of_the_same_application() -> None:
    gate, other, archive = Gate(TOKENS, Settings()), Gate(TOKENS, Settings()), Archive()

    async def act(ask: Ask) -> None:
        status, headers, text = await ask()
        assert (status, headers.get(NUMBER_HEADER), text) == (200, None, "found")

    run(gate, archive, act, numbering=other)
    assert [each.status for each in gate.received()] == [200]
    assert other.received() == ()


def test_a_challenge_names_the_scheme_of_the_recipe() -> None:
    async def act(ask: Ask) -> None:
        _, headers, _ = await ask(token=None)
        assert headers["WWW-Authenticate"] == 'Bearer realm="studies"'

    run(Gate(TOKENS, Settings(token_header="Authorization", token_scheme="Bearer")), Archive(), act)


@pytest.mark.parametrize(
    ("tail", "reason"),
    [
        ("studies/1.3/series", "This token is for another study."),
        ("studies?PatientID=7", "This token does not allow a search by patient."),
        ("studies", "This token does not allow a search that names no study."),
        ("patients", "This request is ambiguous."),
    ],
)
def test_what_a_token_does_not_allow_is_forbidden_without_a_challenge(tail: str, reason: str) -> None:
    async def act(ask: Ask) -> None:
        status, headers, text = await ask(tail)
        assert (status, text) == (403, f"{reason}\n")
        assert "WWW-Authenticate" not in headers
        assert "Allow" not in headers

    run(Gate(TOKENS, Settings()), Archive(), act)


@pytest.mark.parametrize("enforce", [True, False])
def test_a_method_that_changes_something_never_reaches_the_archive(enforce: bool) -> None:
    archive = Archive()

    async def act(ask: Ask) -> None:
        status, headers, _ = await ask(method="DELETE")
        assert (status, headers["Allow"]) == (405, "GET, HEAD")

    run(Gate(TOKENS, Settings(), enforce=enforce), archive, act)
    assert archive.asked == []


def test_a_granted_request_gets_the_archives_answer_and_is_recorded() -> None:
    began = time.monotonic()
    gate, archive = Gate(TOKENS, Settings()), Archive()

    async def act(ask: Ask) -> None:
        assert (await ask(f"{SERIES}?limit=1"))[::2] == (200, "found")
        archive.streams = True
        assert (await ask())[::2] == (200, "streamed")

    run(gate, archive, act)
    first, second = gate.received()
    assert (first.method, first.path, first.query) == ("GET", f"/dicom-web/{SERIES}", "limit=1")
    assert (first.decision, first.status) == ("granted", 200)
    assert ("token", "one") in first.headers
    assert 0 < first.at < first.at + first.seconds < second.at + second.seconds < time.monotonic() - began
    assert first.size >= len("found")
    assert second.size >= len("streamed")
    assert archive.asked == [SERIES, SERIES]


def test_a_gate_refuses_unless_the_archive_enforces_tokens_itself() -> None:
    for gate, expected in ((Gate(TOKENS, Settings()), []), (Gate(TOKENS, Settings(), enforce=False), [SERIES])):
        archive = Archive()

        async def act(ask: Ask) -> None:
            await ask(token="old")

        run(gate, archive, act)
        assert archive.asked == expected
        assert [record.decision for record in gate.received()] == ["expired"]


def test_granted_requests_alone_are_redirected_until_that_ends() -> None:
    gate, archive = Gate(TOKENS, Settings(), enforce=False), Archive()

    async def act(ask: Ask) -> None:
        gate.redirect(ELSEWHERE)
        status, headers, text = await ask()
        assert (status, headers["Location"], headers["Cache-Control"], text) == (302, ELSEWHERE, "no-store", "")
        assert "Location" not in (await ask(token="old"))[1]
        assert archive.asked == [SERIES]
        gate.redirect("")
        assert (await ask())[0] == 200

    run(gate, archive, act)
    assert [record.decision for record in gate.received()] == ["redirected", "expired", "granted"]


def test_an_archive_that_fails_is_recorded_as_a_500() -> None:
    began = time.monotonic()
    gate, archive = Gate(TOKENS, Settings()), Archive()

    async def act(ask: Ask) -> None:
        archive.fails = True
        assert (await ask())[0] == 500

    run(gate, archive, act)
    (record,) = gate.received()
    assert (record.decision, record.status) == ("granted", 500)
    assert 0 < record.at < record.at + record.seconds < time.monotonic() - began


def test_a_request_is_recorded_before_its_answer_begins_and_while_it_is_sent() -> None:
    gate = Gate(TOKENS, Settings())
    seen: list[tuple[int, int]] = []

    class Watched(Archive):
        async def handle(self, request: web.Request, tail: str) -> web.StreamResponse:
            seen.extend((record.status, record.size) for record in gate.received())
            return Noting(status=206)

    class Noting(web.StreamResponse):
        async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
            seen.extend((record.status, record.size) for record in gate.received())
            return await super().prepare(request)

    async def act(ask: Ask) -> None:
        assert (await ask())[0] == 206

    run(gate, Watched(), act)
    assert seen[:2] == [(0, 0), (206, 0)]
    assert [record.status for record in gate.received()] == [206]


def test_records_are_deleted_on_request_and_a_late_answer_adds_none() -> None:
    gate = Gate(TOKENS, Settings())

    class Clearing(Archive):
        async def handle(self, request: web.Request, tail: str) -> web.StreamResponse:
            gate.clear()
            return await super().handle(request, tail)

    async def act(ask: Ask) -> None:
        assert (await ask())[0] == 200
        await ask(token=None)
        assert len(gate.received()) == 1
        assert (await ask())[0] == 200

    run(gate, Clearing(), act)
    assert gate.received() == ()
