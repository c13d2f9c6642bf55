"""What ``share`` asks an orthanc-auth-service and an Orthanc, and answers that are not as documented."""

from __future__ import annotations

import http.server
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner

from local_orthanc import LocalOrthanc, NoAnswer
from ohifbuild.commands.main import cli
from ohifbuild.core.errors import OhifbuildError, ShareRefused, SharesUnavailable
from ohifbuild.shares.auth_tokens import publish

UNTIL = datetime(2026, 12, 24, 18, tzinfo=UTC)


@dataclass
class Server:
    """Answers each request with ``respond(path, body)``, and keeps what it was asked."""

    respond: Callable[[str, bytes], tuple[int, bytes]]
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0

    @property
    def section(self) -> dict[str, str]:
        return {"Url": f"http://127.0.0.1:{self.port}/", "Username": "share-user", "Password": "pass"}

    @property
    def settings(self) -> dict[str, Any]:
        return {"HttpPort": self.port, "TokenFilter": {"Header": "Authorization", "Scheme": "Bearer"}}


@contextmanager
def listening(respond: Callable[[str, bytes], tuple[int, bytes]]) -> Iterator[Server]:
    server = Server(respond)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            question = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            server.asked.append((self.command, self.path, dict(self.headers), question))
            status, body = server.respond(self.path, question)
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_PUT = do_POST = do_GET

        def log_message(self, *_: object) -> None:
            return None

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        server.port = running.server_address[1]
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            running.shutdown()
            thread.join()


def test_the_auth_service_is_asked_as_it_documents_and_is_given_no_note() -> None:
    with listening(
        lambda *_: (200, b'{"request": {}, "token": "eyJ.a.b", "url": "http://x/?token=eyJ.a.b"}')
    ) as server:
        assert publish(server.section, ["1.2.3", "4.5.6"], UNTIL) == "eyJ.a.b"
    ((method, path, headers, body),) = server.asked
    assert (method, path) == ("PUT", "/tokens/ohif-viewer-publication")
    assert headers["Authorization"] == "Basic c2hhcmUtdXNlcjpwYXNz"
    question = json.loads(body)
    assert len(question.pop("id")) == 12
    assert question == {
        "resources": [{"dicom-uid": uid, "level": "study"} for uid in ("1.2.3", "4.5.6")],
        "type": "ohif-viewer-publication",
        "expiration-date": "2026-12-24T18:00:00+00:00",
    }


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, b"{}", SharesUnavailable),
        (200, b"[]", SharesUnavailable),
        (200, b'{"token": 1}', SharesUnavailable),
        (200, b'{"token": ""}', SharesUnavailable),
        (200, b'{"token": "a b\\r\\nx: y"}', SharesUnavailable),
        (200, b'{"token": "a", "token": "b"}', SharesUnavailable),
        (200, b"[" * 10_000, SharesUnavailable),
        (200, b'{"token": "' + b"x" * 8193 + b'"}', ShareRefused),
        (200, b'{"token": "' + b"x" * 70_000 + b'"}', SharesUnavailable),
        (302, b'{"token": "secret"}', SharesUnavailable),
        (401, b'{"detail": "secret"}', SharesUnavailable),
        (500, b'{"detail": "secret"}', SharesUnavailable),
    ],
)
def test_any_other_answer_of_the_auth_service_is_an_error(
    status: int, body: bytes, error: type[OhifbuildError]
) -> None:
    with listening(lambda *_: (status, body)) as server:
        with pytest.raises(error) as caught:
            publish(server.section, ["1.2.3"], UNTIL)
        assert len(server.asked) == 1
    assert "secret" not in caught.value.what + caught.value.cause
    assert caught.value.what.isprintable()


def test_an_auth_service_that_is_not_there_or_misconfigured_is_an_error() -> None:
    with listening(lambda *_: (200, b"{}")) as server:
        section = server.section
    for wrong in (section, {"Url": section["Url"]}, {**section, "Url": "file:///etc/passwd"}, {**section, "X": 1}):
        with pytest.raises(SharesUnavailable):
            publish(wrong, ["1.2.3"], UNTIL)
    with pytest.raises(SharesUnavailable):
        publish(cast("dict[str, str]", 8000), ["1.2.3"], UNTIL)


@contextmanager
def answering_with(raw: bytes) -> Iterator[Server]:
    """A server that speaks another protocol, or whose answer breaks off."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(raw)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass

        thread = threading.Thread(target=answer)
        thread.start()
        yield Server(lambda *_: (0, b""), port=listener.getsockname()[1])
        thread.join()


@pytest.mark.parametrize(
    "raw",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"",
    ],
    ids=["another protocol", "an answer that breaks off", "too many headers", "nothing"],
)
def test_a_server_that_speaks_no_http_is_no_answer_and_no_defect(raw: bytes) -> None:
    with answering_with(raw) as server, pytest.raises(SharesUnavailable):
        publish(server.section, ["1.2.3"], UNTIL)
    with answering_with(raw) as server, pytest.raises(NoAnswer, match=r"answers? at|does not answer"):
        LocalOrthanc(server.settings, "root").missing(["1.2.3"])


def test_a_link_with_a_token_of_the_auth_service_is_made_and_kept_nowhere(tmp_path: Path) -> None:
    def respond(path: str, body: bytes) -> tuple[int, bytes]:
        answers = {"/token-filter/format": b"2", "/tools/lookup": b'[{"Type": "Study"}]'}
        return 200, answers.get(path, b'{"token": "eyJ.a.b"}')

    with listening(respond) as server:
        settings = server.settings
        settings["TokenFilter"] |= {"AuthService": server.section}
        link = {"Viewer": "https://pacs.example/viewer", "Parameter": "token", "Format": "2"}
        for name, document in {"orthanc": settings, "link": link, "tokens": {}}.items():
            (tmp_path / f"{name}.json").write_text(json.dumps(document))
        words = ["share", "add", "1.2.3", "--auth-service", "--deployment", str(tmp_path)]
        done = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert done.stdout.strip() == "https://pacs.example/viewer?StudyInstanceUIDs=1.2.3#token=eyJ.a.b"
    assert json.loads((tmp_path / "tokens.json").read_text()) == {}


def test_orthanc_is_asked_for_each_study_with_the_administrators_token() -> None:
    def respond(path: str, body: bytes) -> tuple[int, bytes]:
        if path == "/token-filter/format":
            return 200, b"2"
        found = {b"1.2.3": [{"Type": "Study"}], b"7.8": [{"Type": "Series"}]}
        return 200, json.dumps(found.get(body, [])).encode()

    with listening(respond) as server:
        orthanc = LocalOrthanc(server.settings, "root")
        assert orthanc.reads_the_format()
        assert orthanc.missing(["1.2.3", "4.5", "7.8"]) == ["4.5", "7.8"]
    assert {headers["Authorization"] for _, _, headers, _ in server.asked} == {"Bearer root"}


@pytest.mark.parametrize(("status", "body", "reads"), [(200, b"1", False), (200, b"", False), (404, b"", False)])
def test_a_filter_of_another_format_is_found(status: int, body: bytes, reads: bool) -> None:
    with listening(lambda *_: (status, body)) as server:
        assert LocalOrthanc(server.settings, "root").reads_the_format() is reads


@pytest.mark.parametrize("status", [302, 403, 500])
def test_an_orthanc_that_refuses_or_redirects_gives_no_answer(status: int) -> None:
    with listening(lambda *_: (status, b"")) as server:
        for ask in (LocalOrthanc(server.settings, "root").reads_the_format,):
            with pytest.raises(NoAnswer, match=str(status)):
                ask()
        assert [path for _, path, _, _ in server.asked] == ["/token-filter/format"]
    with pytest.raises(NoAnswer, match="does not answer"):
        LocalOrthanc(server.settings, "root").missing(["1.2.3"])


def test_what_a_study_says_of_itself_is_printed_safely() -> None:
    tags = {"PatientMainDicomTags": {"PatientName": "Ray\x1b[2J"}, "MainDicomTags": {"StudyInstanceUID": "1.2.3"}}
    with listening(lambda *_: (200, json.dumps([tags]).encode())) as server:
        ((uid, line),) = LocalOrthanc(server.settings, "root").studies()
    assert (uid, line.isprintable()) == ("1.2.3", True)


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"[1]", b'"x"', b"[" * 100_000, b"\xff"])
def test_an_answer_that_is_none_of_orthancs_is_no_answer(body: bytes) -> None:
    with listening(lambda *_: (200, body)) as server, pytest.raises(NoAnswer):
        LocalOrthanc(server.settings, "root").missing(["1.2.3"])
