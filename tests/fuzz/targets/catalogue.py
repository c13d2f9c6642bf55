"""The catalogue: any text gives a ``Catalogue`` whose releases can be found, or what its reader says that it raises."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from random import Random

from fuzz.spoil import spoilt, text
from fuzz.target import Check
from ohifbuild.core.errors import UnknownRelease
from ohifbuild.releases.catalogue import find_release, parse_catalogue
from ohifbuild.releases.ranges import parse_range

SHIPPED = files("ohifbuild.releases").joinpath("releases.toml").read_text(encoding="utf-8")
WORDS = (
    b"[[release]]\n",
    b"version = ",
    b"[channels]\n",
    b"verified = ",
    b'"v3.1.0"',
    b"released = 2024-01-01\n",
    b"3.1.0-\xc2\xb2",
)
HEAD, *ROWS = SHIPPED.split("[[release]]")


def generate(random: Random) -> bytes:
    rows = "".join(f"[[release]]{row}" for row in random.sample(ROWS, random.randrange(3)))
    wanted = text(random, "3.12.0", "v3.", "-beta.1", "^3.9", " || ", ">=3.1 ", "3.x")
    return spoilt(random, f"# {wanted}\n{HEAD}{rows}".encode(), WORDS)


@contextmanager
def checker() -> Iterator[Check]:
    def check(data: bytes) -> None:
        document = data.decode("utf-8", "replace")
        wanted = document.partition("\n")[0].removeprefix("# ")
        try:
            span = parse_range(wanted)
        except ValueError:
            span = parse_range("*")
        try:
            known = parse_catalogue(document)
        except ValueError:
            return
        for name in (wanted, *known.channels, *known.releases):
            span.holds(name)
            try:
                assert find_release(name, known).version
            except UnknownRelease as error:
                assert error.fix

    yield check
