"""What packages say of themselves: any list gives an SBOM that lists each package, or a ``DistInvalid``."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from fuzz.spoil import spoilt, text
from fuzz.target import Check
from fuzz.targets.recipe import printable
from ohifbuild.core.errors import DistInvalid
from ohifbuild.sources.components import MODULES_NAME, Component, contents_of
from ohifbuild.supply.sbom import sbom
from ohifbuild.viewer.manifest import Manifest

LICENCES = (
    "MIT",
    "MIT OR Apache-2.0",
    "(MIT AND BSD-3-Clause)",
    "SEE LICENSE IN LICENSE",
    "UNLICENSED",
    "Apache-2.0 WITH x",
)
WORDS = (
    b'"name":',
    b'"version":',
    b'"licence":',
    b'"integrity":',
    b'"sha512-"',
    b"null",
    b"[]",
    b"\\ud800",
    b"\\u0000",
    b"(" * 300,
)


def generate(random: Random) -> bytes:
    rows = [
        {
            "name": random.choice(("react", "@ohif/core", "a/b/c", "@", "/", text(random, "a", "@b/"))),
            "version": random.choice(("1.2.3", "", text(random, "1.", "0"))),
            "licence": random.choice((*LICENCES, text(random, "MIT", " OR ", "(", ")", " AND ", " WITH "))),
            "integrity": random.choice(("", "sha512-aGVsbG8=", "sha1-x", "md5-aaaa", "sha512-" + text(random))),
        }
        for _ in range(random.randrange(4))
    ]
    return spoilt(random, json.dumps(rows).encode(), WORDS)


@contextmanager
def checker() -> Iterator[Check]:
    manifest = Manifest({}, {"release": "3.12.0"})
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "dist"
        base.mkdir()

        def check(data: bytes) -> None:
            (base.parent / MODULES_NAME).write_bytes(data)
            try:
                contents = contents_of(base)
            except DistInvalid as error:
                printable(error.what, error.cause)
                return
            ours = (Component("ours", "1.0.0", contents.components[0].licence if contents.components else ""),)
            document = json.loads(sbom(manifest, contents, ours, epoch=0))
            listed = {(item.get("group", "") + "/" + item["name"]).lstrip("/") for item in document["components"]}
            assert {item.name for item in contents.components} <= listed, listed

        yield check
