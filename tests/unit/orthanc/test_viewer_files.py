from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import viewer_files
from viewer_files import preferred


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", ""),
        ("br", "br"),
        ("gzip", "gzip"),
        ("gzip, br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0", ""),
        ("br; q=0", ""),
        ("br ;q=0", ""),
        ("br ; q=0.000", ""),
        ("br;q=0.0, gzip", "gzip"),
        ("br; Q=0, gzip", "gzip"),
        ("BR;q=0,GZIP;q=1", "gzip"),
        ("Br", "br"),
        ("br;q=0.1, gzip;q=0.9", "gzip"),
        ("br;q=0.9, gzip;q=0.9", "br"),
        ("br;q=0.001", "br"),
        ("*", "br"),
        ("*;q=0", ""),
        ("*; q=0, gzip", "gzip"),
        ("*;q=0.5, br;q=0", "gzip"),
        ("gzip, *;q=0", "gzip"),
        ("identity", ""),
        ("identity, br", "br"),
        ("identity;q=1, br;q=0.5", ""),
        ("identity;q=0.5, br;q=1", "br"),
        ("identity;q=0, br;q=0", ""),
        ("br;q=1.0", "br"),
        ("br;q=", ""),
        ("br;q=2", ""),
        ("br;q=-1", ""),
        ("br;q=nan", ""),
        ("br;q=0;q=1", ""),
        ("br;level=11", ""),
        ("brotli", ""),
        ("br\x00", ""),
        (",,br,,", "br"),
        ("\tbr\t;\tq=0.5\t", "br"),
    ],
)
def test_the_content_coding_is_one_that_the_client_accepts(accepted: str, coding: str) -> None:
    assert preferred(accepted, ["br", "gzip"]) == coding


def test_a_long_header_is_parsed_quickly() -> None:
    assert preferred("br" + " " * 50_000 + ";" + " " * 50_000 + "x" + ",;" * 30_000, ["br"]) == ""


class Output:
    """Orthanc's side of an answer."""

    def __init__(self) -> None:
        self.status, self.headers, self.body = 0, dict[str, str](), b""

    def SetHttpHeader(self, name: str, value: str) -> None:
        self.headers[name] = value

    def AnswerBuffer(self, body: bytes, media_type: str) -> None:
        self.status, self.body = 200, body
        self.headers["Content-Type"] = media_type

    def SendHttpStatusCode(self, status: int) -> None:
        self.status = status

    def SendMethodNotAllowed(self, allowed: str) -> None:
        self.status = 405


class Orthanc:
    """Keeps the callbacks that a script registers."""

    def __init__(self) -> None:
        self.callbacks: dict[str, Any] = {}

    def RegisterRestCallback(self, path: str, callback: Any) -> None:
        self.callbacks[path] = callback

    def get(self, uri: str, headers: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None) -> Output:
        callback = next(callback for path, callback in self.callbacks.items() if re.fullmatch(path, uri))
        output = Output()
        callback(output, uri, method="GET", headers=headers or {}, get=query or {})
        return output


TABLE = {
    "all": {"X-Content-Type-Options": "nosniff"},
    "pages": {"index.html": "default-src 'self'"},
    "script_policy": "default-src 'none'",
    "immutable": r"\.[0-9a-f]{16,}\.",
    "for_ever": "immutable",
    "ask_again": "no-cache",
    "never_stored": "no-store",
    "types": {".html": "text/html", ".js": "text/javascript"},
}


def a_configuration(tmp_path: Path, table: Any = TABLE) -> dict[str, Any]:
    folder = tmp_path / "viewer"
    folder.mkdir()
    for name in ("index.html", "index.html.br", "index.html.gz", "a.js", "a.js.gz", "1.0123456789abcdef0123.js"):
        (folder / name).write_text(name)
    (tmp_path / "headers.json").write_text(table if isinstance(table, str) else json.dumps(table))
    viewer = {"Url": "/ohif/", "Folder": str(folder), "Headers": str(tmp_path / "headers.json")}
    return {"TokenFilter": {"Viewer": viewer}, "HttpCompressionEnabled": False}


@pytest.fixture
def orthanc(tmp_path: Path) -> Orthanc:
    orthanc = Orthanc()
    viewer_files.install(orthanc, a_configuration(tmp_path))
    return orthanc


def test_pages_are_not_stored_and_files_are(orthanc: Orthanc) -> None:
    found = {path: orthanc.get(f"/ohif/{path}") for path in ("", "viewer", "a.js", "1.0123456789abcdef0123.js")}
    assert [answer.headers["Cache-Control"] for answer in found.values()] == ["no-store"] * 2 + [
        "no-cache",
        "immutable",
    ]
    assert ["ETag" in answer.headers for answer in found.values()] == [False, False, True, True]
    again = orthanc.get("/ohif/a.js", {"if-none-match": found["a.js"].headers["ETag"]})
    assert (again.status, again.body) == (304, b"")


def test_the_redirect_to_the_viewer_keeps_the_query_and_is_not_stored(orthanc: Orthanc) -> None:
    answer = orthanc.get("/ohif", query={"token": "a%2Bb", "x": ""})
    assert (answer.status, answer.headers["Location"]) == (307, "/ohif/?token=a%2Bb&x=")
    assert answer.headers["Cache-Control"] == "no-store"


def test_compressed_answers_have_a_content_encoding(orthanc: Orthanc) -> None:
    page, script = (
        orthanc.get("/ohif/", {"accept-encoding": "br"}),
        orthanc.get("/ohif/a.js", {"accept-encoding": "br"}),
    )
    assert (page.body, page.headers["Content-Encoding"]) == (b"index.html.br", "br")
    assert (script.body, "Content-Encoding" in script.headers) == (b"a.js", False)
    assert orthanc.get("/ohif/", {"accept-encoding": "br; q=0"}).body == b"index.html"


@pytest.mark.parametrize(
    "path", ["none.js", "a.js.gz", "../headers.json", "%2e%2e/headers.json", "..\\headers.json", "x/a.js"]
)
def test_unknown_files_are_not_found(orthanc: Orthanc, path: str) -> None:
    assert orthanc.get(f"/ohif/{path}").status == 404


@pytest.mark.parametrize(
    "table",
    [
        "",
        "[" * 1000,
        "[]",
        "{}",
        {**TABLE, "pages": {}},
        {name: value for name, value in TABLE.items() if name != "immutable"},
        {**TABLE, "immutable": "("},
    ],
    ids=range(7),
)
def test_a_header_table_of_another_viewer_is_refused(tmp_path: Path, table: Any) -> None:
    configuration = a_configuration(tmp_path, table)
    with pytest.raises((KeyError, TypeError, ValueError, re.error)):
        viewer_files.install(Orthanc(), configuration)
