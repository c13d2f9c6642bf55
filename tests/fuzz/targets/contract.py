"""Links, tokens, requests and paths: Python, JavaScript and Orthanc's script read them alike."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import link_contract
from fuzz.node import json_lines
from fuzz.raw_http import QUERIES, TAILS
from fuzz.spoil import spoilt, text
from fuzz.target import Check
from ohifbuild.contract.link import read_link
from ohifbuild.contract.place import below, is_plain
from ohifbuild.contract.request import meaning
from ohifbuild.contract.settings import Settings, Source
from ohifbuild.contract.source import source_of
from ohifbuild.contract.tokens import choose_token, is_expired

STATEMENTS = Path(__file__).parents[2] / "integration" / "contract" / "statements.mjs"
SEPARATOR = "\x1f"
NOW = 100
SETTINGS = Settings(further=(Source("second", ("/second",), "token", "", "token"),))
LINK = (
    *(
        "https://v.example/viewer?",
        "http://127.0.0.1:8080/ohif/viewer/second?",
        "https://v.example#",
        "//",
        "?",
        "#",
        "&",
    ),
    *(
        "StudyInstanceUIDs=1.2.3",
        "studyinstanceuids=1.2.3,4.5",
        "token=abc",
        "TOKEN=a%2Bb",
        "url=/a",
        "datasources=second",
        "+",
        "%20",
    ),
    *(
        "https://münchen.example/viewer?",
        "https://u:p@v.example/?",
        "https://[::1]:8042/?",
        "StudyInstanceUIDs=" + "1" * 70,
        "xn--",
    ),
)
CLAIMS = (
    '{"exp":',
    "99",
    "101",
    "-1",
    "}",
    "1e999",
    '"expiration_date":',
    '"1970-01-01T00:00:00Z"',
    '"2024-02-30T12:00:00+00:00"',
    "[",
    "null",
)
WORDS = (*tuple(word.encode() for word in (*LINK, *TAILS, *QUERIES)), b"\x1f", b"\xff")


def generate(random: Random) -> bytes:
    kind = random.choice(("place", "request", "token", "expired", "link", "link", "source"))
    if kind == "place":
        fields = [random.choice(("/dicom-web/", "/")) + text(random, *TAILS, "/"), "/dicom-web"]
    elif kind == "request":
        fields = [
            random.choice(("GET", "GET", "HEAD", "POST", text(random))),
            text(random, *TAILS),
            text(random, *QUERIES, "&"),
        ]
    elif kind == "token":
        fields = [text(random, "abc", "a%2Bb", "x" * 8192) for _ in range(random.randrange(4))]
    elif kind == "expired":
        claims = (
            "".join(random.choice(CLAIMS) for _ in range(4))
            if random.random() < 0.5
            else '{"exp":' + text(random, "99") + "}"
        )
        fields = ["x." + base64.urlsafe_b64encode(claims.encode()).decode().rstrip("=") + ".y"]
    else:
        fields = [
            LINK[random.randrange(3)] + text(random, *LINK) + text(random, *LINK),
            random.choice(("token", "key")),
        ]
    data = SEPARATOR.join((kind, *fields)).encode()
    return spoilt(random, data, WORDS) if random.random() < 0.5 else data


@contextmanager
def checker() -> Iterator[Check]:
    with json_lines(STATEMENTS) as javascript:

        def check(data: bytes) -> None:
            kind, *fields = data.decode("utf-8", "replace").split(SEPARATOR)
            if kind == "place" and len(fields) == 2:
                same(place(*fields), javascript([kind, *fields]), orthanc_place(*fields))
            elif kind == "request" and len(fields) == 3:
                same(request(*fields), javascript([kind, *fields]), orthanc_request(*fields))
            elif kind == "token":
                choice = choose_token(fields)
                same([choice.token, choice.bad], javascript([kind, fields]))
            elif kind == "expired" and len(fields) == 1:
                same(is_expired(fields[0], NOW), javascript([kind, fields[0], NOW]))
            elif kind == "link" and len(fields) == 2:
                href, *theirs = javascript([kind, *fields])
                if href is not None:
                    same(link(href, fields[1]), theirs)
                elif is_international(fields[0]):
                    return  # only browsers know which of these names exist
                # A link that a browser would mend may be refused, but never be read as another.
                ours = link(*fields)
                assert ours[0] or ours[:-1] == theirs[:-1], (ours, theirs)
            elif kind == "source" and fields:
                answer = javascript([kind, fields[0]])
                if answer is not None:
                    pathname, search, theirs = answer
                    found = source_of(SETTINGS, pathname, search.removeprefix("?"))
                    same(found.name if found else None, theirs)

        yield check


def is_international(link: str) -> bool:
    host = "".join(link.split("/")[2:3]).lower()
    return not host.isascii() or "xn--" in host


def same(first: Any, *others: Any) -> None:
    """Fails unless all are equal, as JSON has them."""
    ours = json.loads(json.dumps(first))
    for other in others:
        assert ours == other, (ours, other)


def place(path: str, root: str) -> str | None:
    return below(path, root) if is_plain(path) else None


def orthanc_place(path: str, root: str) -> str | None:
    return link_contract.below(path, root) if link_contract.is_plain(path) else None


def request(method: str, tail: str, query: str) -> list[Any]:
    asked = meaning(method, tail, query)
    return [asked.kind, sorted(asked.studies), sorted(asked.patients)]


def orthanc_request(method: str, tail: str, query: str) -> list[Any]:
    asked = link_contract.meaning(method, tail, query)
    return [asked.kind, sorted(asked.studies), sorted(asked.patients)]


def link(text: str, param: str) -> list[Any]:
    found = read_link(text, param)
    return [found.problem, found.token, list(found.studies), found.url, found.key, found.address]
