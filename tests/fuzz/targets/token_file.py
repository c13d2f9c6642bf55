"""Orthanc's JSON files: any bytes give grants or a ``ValueError`` that quotes nothing of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import bounded_json
from fuzz.spoil import spoilt, text
from fuzz.target import Check
from token_file import LONGEST_FILE, read_grants

SECRET = "s3cr3t"
WORDS = (
    b'"studies":',
    b'"expires":',
    b'"everything":true',
    b'"id":',
    b'"note":',
    b"[" * 2000,
    b'{"a":',
    b"1e999",
    b"9" * 5000,
    b'"\\ud800"',
)


def generate(random: Random) -> bytes:
    entry = {
        "studies": [random.choice(("1.2.3", "", text(random, "1.", "2")))],
        "patients": [random.choice(("7", "*", text(random, SECRET)))],
        "expires": random.choice(
            ("2027-01-31T12:00:00Z", "0000-00-00T00:00:00Z", "9999-12-31T23:59:59-23:59", text(random))
        ),
        "everything": random.choice((False, True, 1)),
        "id": random.choice(("0" * 12, "", text(random))),
        "note": text(random, SECRET),
    }
    chosen = {key: entry[key] for key in random.sample(tuple(entry), random.randrange(len(entry)))}
    return spoilt(random, json.dumps({random.choice(("a" * 64, text(random))): chosen}).encode(), WORDS)


@contextmanager
def checker() -> Iterator[Check]:
    def check(data: bytes) -> None:
        try:
            grants = read_grants(bounded_json.parse(data, LONGEST_FILE))
        except UnicodeError:
            return  # the filter says only the name of this error
        except ValueError as error:
            assert SECRET not in str(error)
            return
        for grant in grants.values():
            assert not (grant.everything and grant.scope.studies)
            assert len(grant.id) == 12

    yield check
