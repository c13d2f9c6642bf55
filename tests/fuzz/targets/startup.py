"""Startup profiles: any text gives a profile from which plans can be made, or a ``ValueError``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from random import Random

from fuzz.spoil import spoilt, text
from fuzz.target import Check
from ohifbuild.releases.startup_profile import parse_profile

SHIPPED = json.loads(files("ohifbuild.releases").joinpath("startup", "3.12.0.json").read_text(encoding="utf-8"))
WORDS = (
    b'"chunks":',
    b'"later":',
    b'"requests":',
    b'"one":',
    b'"several":',
    b'"options":',
    b'"url":',
    b"[",
    b"{",
    b"null",
    b"1e999",
)


def generate(random: Random) -> bytes:
    document = {
        "chunks": random.sample(SHIPPED["chunks"], 2),
        "later": [text(random, "./a.js")],
        "requests": random.sample(SHIPPED["requests"], 1),
    }
    return spoilt(random, json.dumps(document).encode(), WORDS)


@contextmanager
def checker() -> Iterator[Check]:
    def check(data: bytes) -> None:
        try:
            profile = parse_profile("3.12.0", data.decode("utf-8", "replace"))
        except ValueError:
            return
        assert all(isinstance(name, str) for name in (*profile.chunks, *profile.later))
        for recorded in profile.requests:
            assert all(isinstance(key, str) for key in recorded.options)
            assert all(
                isinstance(one.url, str) and isinstance(one.accept, str) for one in (*recorded.one, *recorded.several)
            )

    yield check
