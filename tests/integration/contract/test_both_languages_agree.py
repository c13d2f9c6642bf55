"""Python and JavaScript say the same of paths, requests, tokens and links that nobody thought of."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ohifbuild.contract.link import read_link
from ohifbuild.contract.place import below, is_plain
from ohifbuild.contract.request import Scope, meaning, permits
from ohifbuild.contract.tokens import choose_token, is_expired

pytestmark = pytest.mark.integration

CASES = 4000
"""Cases of each kind; a thousand take half a second."""

SEED = int(os.environ.get("CONTRACT_SEED", "10"))

Case = tuple[Any, ...]

_CHARACTERS = [chr(code) for code in range(0x20, 0x7F)]
_ODD = [
    *("%", "%2", "%2e", "%2E", "%2f", "%5c", "%25", "%2541", "%3b", "%00", "%0a", "%20"),
    *("%ff", "%c3%a9", "%ed%a0%80", "%zz", "%31", "+", ";", "..", ".", "/", "//", "\\", "&"),
    *("=", "#", "?", ",", "*", "\t", "\n", "\x7f", "é", "\u0661", "\u212a", "\u0130", "\u03a3", "😀"),
]


def _spoilt(random: Random, text: str) -> str:
    """The text with none to three changes: a character more, less, encoded, or of another case."""
    for _ in range(random.choice((0, 0, 1, 1, 2, 3))):
        at = random.randrange(len(text) + 1)
        change = random.randrange(5)
        if change == 0:
            text = text[:at] + random.choice(_ODD) + text[at:]
        elif change == 1:
            text = text[:at] + random.choice(_CHARACTERS) + text[at:]
        elif change == 2:
            text = text[:at] + text[at + 1 :]
        elif change == 3:
            text = text[:at] + "".join(f"%{byte:02x}" for byte in text[at : at + 1].encode()) + text[at + 1 :]
        else:
            text = text[:at] + text[at : at + 1].swapcase() + text[at + 1 :]
    return text


def _pairs(random: Random, names: list[str], values: list[str]) -> str:
    given = [
        _spoilt(random, random.choice(names))
        + random.choice(("=", "=", "=", "", "=="))
        + _spoilt(random, random.choice(values))
        for _ in range(random.randrange(5))
    ]
    return random.choice(("&", "&", "&", "&&", ";")).join(given)


UIDS = ["1.2.3", "9.9", "1.2.3,4.5.6", "1.2.3\\9.9", "1" * 64, "1" * 65, "*", "", "1.2.*", "0.0", " 1.2.3"]


def _places(random: Random) -> Iterator[Case]:
    paths = [
        "/dicom-web",
        "/dicom-web/studies",
        "/dicom-web/studies/1.2.3/series/",
        "/dicom-web/a/../b",
        "/",
        "/dicom-web2/x",
    ]
    for _ in range(CASES):
        yield "place", _spoilt(random, random.choice(paths)), random.choice(("/dicom-web", "/dicom", "/a"))


def _requests(random: Random) -> Iterator[Case]:
    tails = [
        "",
        "studies",
        "series",
        "instances",
        "studies/1.2.3",
        "studies/1.2.3/series",
        "series/1.2",
        "studies/",
        "patients",
    ]
    names = [
        *("StudyInstanceUID", "0020000D", "0020000d", "PatientID", "00100020", "PatientName", "limit"),
        *("requestType", "studyUID", "objectUID", "study-uid", "mrn", "00100030", "includefield"),
    ]
    values = [*UIDS, "WADO", "7", "A B", "100"]
    wado = ["requestType=WADO", "studyUID=1.2.3", "objectUID=1.3"]
    for _ in range(CASES):
        method = random.choice(("GET", "GET", "GET", "HEAD", "POST", "get"))
        query = _pairs(random, names, values)
        if random.randrange(3) == 0:
            query = "&".join(random.sample([*wado, *filter(None, [query])], k=random.randrange(2, 4)))
        tail = _spoilt(random, random.choice(tails))
        yield "request", method, tail, query
        lists = {"studies": ["1.2.3"], "patients": random.choice(([], ["7"]))}
        flags = {name: random.random() < 0.3 for name in ("anyStudy", "anyPatient", "open")}
        yield "permits", {**lists, **flags}, method, tail, query


def _tokens(random: Random) -> Iterator[Case]:
    for _ in range(CASES):
        raw = [
            _spoilt(random, random.choice(("abc", "abc", "a%2Bb", "", "x" * 8192))) for _ in range(random.randrange(4))
        ]
        yield "token", raw
        day = f"{random.choice((1969, 1970, 1970, 2024))}-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}"
        time = f"T{random.randrange(24):02}:{random.randrange(60):02}:{random.randrange(60):02}"
        moment = _spoilt(
            random,
            day + time + random.choice(("", ".5", ".123456")) + random.choice(("Z", "+00:00", "-0930", "+13:45")),
        )
        claims: dict[str, Any] = {}
        if random.random() < 0.5:
            claims["exp"] = random.choice((99, 100, 101, 99.5, -1, 1e300, True, None, "99", [99], {"exp": 99}))
        if random.random() < 0.7:
            claims["expiration_date"] = random.choice((moment, moment, moment, [moment], 5))
        text = json.dumps(claims, ensure_ascii=random.random() < 0.5)
        payload = base64.urlsafe_b64encode(
            _spoilt(random, text).encode(random.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16")))
        )
        yield "expired", _spoilt(random, f"x.{payload.decode().rstrip('=')}.y"), 100


def _links(random: Random) -> Iterator[Case]:
    names = ["token", "TOKEN", "StudyInstanceUIDs", "studyinstanceuids", "url", "URL", "lng", "StudyInstanceUID"]
    values = [*UIDS, "t", "t", "a+b/c=", "/a", "../a b", "data:x,y", "en"]
    origins = [
        "https://v.example",
        "http://127.0.0.1:8080",
        "https://[::1]",
        "https://u@v.example",
        "https://V.example:443",
    ]
    for _ in range(CASES):
        place = random.choice(origins) + random.choice(
            ("/viewer", "/ohif/viewer", "/", "", "//x.example/viewer", "/a/../b")
        )
        link = place + ("/" if place.count("/") == 2 else "") + _spoilt(random, "x")
        link += f"?{_pairs(random, names, values)}" if random.random() < 0.8 else ""
        link += f"#{_pairs(random, names, values)}" if random.random() < 0.4 else ""
        yield "link", link, random.choice(("token", "Token", "key"))


def _javascript(cases: list[Case]) -> list[Any]:
    script = Path(__file__).with_name("statements.mjs")
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    done = subprocess.run(["node", script], input=lines, capture_output=True, text=True, check=True, timeout=60)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _scope(given: dict[str, Any]) -> Scope:
    lists = (frozenset(given["studies"]), frozenset(given["patients"]))
    return Scope(*lists, any_study=given["anyStudy"], any_patient=given["anyPatient"], open=given["open"])


def _python(name: str, *given: Any) -> Any:
    if name == "place":
        return below(*given) if is_plain(given[0]) else None
    if name == "request":
        asked = meaning(*given)
        return [asked.kind, sorted(asked.studies), sorted(asked.patients)]
    if name == "permits":
        return permits(_scope(given[0]), meaning(*given[1:]))
    if name == "token":
        choice = choose_token(given[0])
        return [choice.token, choice.bad]
    if name == "expired":
        return is_expired(*given)
    link = read_link(*given)
    return [link.problem, link.token, list(link.studies), link.url, link.key, link.address]


@pytest.mark.parametrize("generate", [_places, _requests, _tokens], ids=lambda generate: generate.__name__.strip("_"))
def test_both_languages_give_the_same(generate: Any) -> None:
    cases = list(generate(Random(SEED)))
    differ = [
        (case, _python(*case), theirs)
        for case, theirs in zip(cases, _javascript(cases), strict=True)
        if _python(*case) != theirs
    ]
    assert differ == []


def test_both_languages_read_an_address_alike() -> None:
    cases = list(_links(Random(SEED)))
    for (_, link, param), (href, *theirs) in zip(cases, _javascript(cases), strict=True):
        if href is not None:
            assert _python("link", href, param) == theirs, href
        # A link that a browser would mend may be refused, but never be read as another.
        ours = _python("link", link, param)
        assert ours[0] or ours[:-1] == theirs[:-1], link
