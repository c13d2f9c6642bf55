"""Orthanc's token filter: whatever it allows names the token's study and no other, however Orthanc reads it."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from urllib.parse import quote

from access_log import AccessLog, read_lines
from fuzz.lax import goes_up, studies_in
from fuzz.raw_http import OWN, QUERIES, TAILS, TOKEN
from fuzz.spoil import spoilt, text
from fuzz.target import Check
from token_file import TokenFile
from token_filter import TokenFilter

SEPARATOR = "\x1f"
WORDS = (
    b"\x1f",
    b"studies/",
    b"9.8.7",
    b"1.2.3",
    b"%2e%2e/",
    b"\\",
    b"StudyInstanceUID",
    b"studyUID=",
    b"\xff",
    b"\xed\xa0\x80",
)


def generate(random: Random) -> bytes:
    """Path, header and query as Orthanc gives them, between separators."""
    path = "/dicom-web/" + random.choice((*TAILS, text(random, *TAILS, "/")))
    pairs = [random.choice((*QUERIES, text(random, *QUERIES))) for _ in range(random.randrange(3))]
    fields = (
        random.choice((path, path, path, text(random, "/ohif/", "/system"))),
        random.choice((TOKEN, TOKEN, text(random))),
        *pairs,
    )
    return spoilt(random, SEPARATOR.join(fields).encode(), WORDS)


@contextmanager
def checker() -> Iterator[Check]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tokens.json"
        file.write_text(json.dumps({hashlib.sha256(TOKEN.encode()).hexdigest(): {"studies": [OWN]}}))
        log = Path(folder) / "access.log"

        def check(data: bytes) -> None:
            log.unlink(missing_ok=True)
            record = AccessLog(log, lambda line: None)
            token_filter = TokenFilter(
                "token", "", "/dicom-web", "/ohif/", TokenFile(file, lambda line: None), None, record
            )
            path, header, *pairs = (data.decode("utf-8", "surrogateescape") + SEPARATOR).split(SEPARATOR)
            query = {name: value for name, _, value in (pair.partition("=") for pair in pairs)}
            try:
                allowed = token_filter.allows(True, path, {"token": header}, query)
            except UnicodeEncodeError:  # the filter refuses what raises
                allowed = False
            assert not token_filter.allows(False, "/dicom-web/studies/1.2.3", {"token": TOKEN}, {})
            if allowed and not f"{path}/".startswith("/ohif/"):
                assert header == TOKEN
                target = quote(path) + "?" + "&".join(f"{name}={value}" for name, value in query.items())
                assert not goes_up(target), target
                assert studies_in(target) == {OWN}, target
            assert not (allowed and goes_up(quote(path)))
            record.write()
            written = log.read_bytes()
            assert TOKEN.encode() not in written
            assert len(list(read_lines(log))) == written.count(b"\n")

        yield check
