from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import bounded_json
from link_contract import Scope
from ohifbuild.contract.grants import Grant, Tokens
from ohifbuild.orthanc.configuration import write_token_file
from token_file import TokenFile, read_grants

OWN, FOREIGN = "1.2.3", "1.2.4"


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


GOOD = json.dumps({digest("a"): {"studies": [OWN]}})
KEY = digest("a")


def entry(text: str) -> str:
    return f'{{"{KEY}": {text}}}'


HOSTILE = {
    "a list": "[]",
    "a token in place of its digest": '{"my-token": {"studies": ["1.2.3"]}}',
    "capital digits": entry('{"studies": ["1.2.3"]}').replace(KEY, KEY.upper()),
    "a digest and a line break": entry('{"studies": ["1.2.3"]}').replace(KEY, KEY + "\\n"),
    "no list of studies": entry('{"studies": "1.2.3"}'),
    "a number for a study": entry('{"studies": [1.2]}'),
    "a wildcard": entry('{"studies": ["1.2.*"]}'),
    "a study that is no UID": entry('{"studies": ["1.2.3\\u0000"]}'),
    "digits of another script": entry('{"studies": ["\u0661.2"]}'),
    "a study that is too long": entry('{"studies": ["%s"]}' % ("1" * 65)),
    "an empty study": entry('{"studies": [""]}'),
    "any patient": entry('{"studies": [], "patients": ["*"]}'),
    "patients by wildcard": entry('{"patients": ["108*"]}'),
    "several patients in one": entry('{"patients": ["1\\\\2"]}'),
    "an empty patient": entry('{"patients": [""]}'),
    "half a character": entry('{"patients": ["\\ud800"]}'),
    "expires tomorrow": entry('{"studies": ["1.2.3"], "expires": "tomorrow"}'),
    "expires without a zone": entry('{"studies": ["1.2.3"], "expires": "2999-01-01T00:00:00"}'),
    "expires on a day": entry('{"studies": ["1.2.3"], "expires": "2999-01-01"}'),
    "expires in week 1": entry('{"studies": ["1.2.3"], "expires": "2999-W01-1T00:00:00Z"}'),
    "expires 1e9": entry('{"studies": ["1.2.3"], "expires": 1e9}'),
    "expires 32503680000": entry('{"studies": ["1.2.3"], "expires": 32503680000}'),
    "expires -1": entry('{"studies": ["1.2.3"], "expires": -1}'),
    "expires before the year 1": entry('{"studies": ["1.2.3"], "expires": "-2999-01-01T00:00:00Z"}'),
    "expires null": entry('{"studies": ["1.2.3"], "expires": null}'),
    "expires true": entry('{"studies": ["1.2.3"], "expires": true}'),
    "expires on 30 February": entry('{"studies": ["1.2.3"], "expires": "2999-02-30T00:00:00Z"}'),
    "expires at a zone of 99 hours": entry('{"studies": ["1.2.3"], "expires": "2999-01-01T00:00:00+99:00"}'),
    "everything as a text": entry('{"everything": "no"}'),
    "everything as a number": entry('{"everything": 1}'),
    "everything and a study": entry('{"studies": ["1.2.3"], "everything": true}'),
    "an id that is a digest": entry(f'{{"studies": ["1.2.3"], "id": "{KEY}"}}'),
    "an id that is a number": entry('{"studies": ["1.2.3"], "id": 1}'),
    "a note that is a list": entry('{"studies": ["1.2.3"], "note": ["x"]}'),
    "a note that is too long": entry('{"studies": ["1.2.3"], "note": "%s"}' % ("x" * 201)),
    "created yesterday": entry('{"studies": ["1.2.3"], "created": "yesterday"}'),
    "a misspelt name": entry('{"study": ["1.2.3"]}'),
    "an entry that is a list": entry("[]"),
    "an entry that is null": entry("null"),
    "a digest twice": entry('{"studies": ["1.2.3"]}')[:-1] + "," + entry('{"everything": true}')[1:],
    "studies twice": entry('{"studies": ["1.2.3"], "studies": ["1.2.4"]}'),
    "NaN": entry('{"studies": ["1.2.3"], "expires": NaN}'),
    "a huge number": entry('{"expires": %s}' % ("9" * 100_000)),
    "a thousand brackets": "[" * 1000 + "]" * 1000,
    "a million brackets": entry("[" * 1_000_000),
    "a thousand objects": '{"a":' * 1000 + "1" + "}" * 1000,
    "cut off": GOOD[:-5],
    "empty": "",
    "NUL": "\x00" * 100,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_an_invalid_file_grants_nothing_and_the_log_does_not_quote_it(tmp_path: Path, text: str) -> None:
    path, logged = tmp_path / "tokens.json", list[str]()
    grants = TokenFile(path, logged.append)
    path.write_text(GOOD)
    before = grants.grant("a")
    assert before is not None
    assert before.scope == Scope(frozenset({OWN}))
    path.write_text(text)
    assert grants.grant("a") is None
    assert grants.grant("my-token") is None
    assert len(logged) == 1
    assert KEY not in logged[0]
    assert len(logged[0]) < len(str(path)) + 160
    path.write_text(GOOD + " ")
    assert grants.grant("a") is not None


def test_an_unexpected_exception_grants_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, logged = tmp_path / "tokens.json", list[str]()
    path.write_text(GOOD)
    grants = TokenFile(path, logged.append)
    assert grants.grant("a") is not None
    for failure in (RecursionError, MemoryError, AttributeError):

        def fail(*_: object, kind: type[Exception] = failure) -> None:
            raise kind("secret")

        monkeypatch.setattr("bounded_json.read", fail)
        os.utime(path)
        assert grants.grant("a") is None
    assert [line.rpartition(": ")[2] for line in logged] == ["RecursionError", "MemoryError", "AttributeError"]
    assert "secret" not in "".join(logged)


def test_a_missing_file_a_folder_and_a_pipe_grant_nothing(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    grants = TokenFile(path, lambda _: None)
    replacements: tuple[Callable[[], None], ...] = (lambda: None, path.mkdir, lambda: os.mkfifo(path))
    for replace in replacements:
        path.write_text(GOOD)
        assert grants.grant("a") is not None
        path.unlink()
        replace()
        assert grants.grant("a") is None
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)


def test_requests_wait_while_the_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "tokens.json"
    path.write_text(GOOD)
    grants = TokenFile(path, lambda _: None)
    reading, go_on, found = threading.Event(), threading.Event(), list[object]()
    read = bounded_json.read

    def slow(*arguments: Any) -> Any:
        reading.set()
        assert go_on.wait(10)
        return read(*arguments)

    monkeypatch.setattr("bounded_json.read", slow)
    threads = [threading.Thread(target=lambda: found.append(grants.grant("a"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert reading.wait(10)
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert [grant is not None for grant in found] == [True] * 4


def test_the_written_file_holds_no_token_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    write_token_file(path, Tokens({"secret": Grant(frozenset({OWN}))}, frozenset({"former"})), administrator="root")
    text = path.read_text()
    assert not [token for token in ("secret", "former", "root") if token in text]
    assert path.stat().st_mode & 0o077 == 0
    grants = TokenFile(path, print)
    assert grants.grant("secret") is not None
    assert grants.grant("former") is None


def test_a_file_changed_within_the_same_second_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    grants = TokenFile(path, lambda _: None)
    assert grants.grant("a") is None
    for studies in ([OWN], [OWN, FOREIGN]):
        path.write_text(json.dumps({digest("a"): {"studies": studies}}))
        os.utime(path, ns=(1, len(studies)))
        found = grants.grant("a")
        assert found is not None
        assert found.scope.studies == frozenset(studies)


@pytest.mark.parametrize(
    ("moment", "seconds"),
    [
        ("1970-01-01T00:00:01Z", 1),
        ("1970-01-01T01:00:01+01:00", 1),
        ("1970-01-01T00:00:01.500+00:00", 1.5),
        ("1969-12-31T23:59-00:01", 0),
        ("2999-01-01T00:00:00.000001-05:00", 32472162000.000001),
        ("9999-12-31T23:59:59-23:59", 253402387139),
        ("0001-01-01T00:00:00+23:59", -62135683140),
    ],
)
def test_times_have_a_time_zone(moment: str, seconds: float) -> None:
    assert read_grants({KEY: {"expires": moment}})[KEY].expires == pytest.approx(seconds)
