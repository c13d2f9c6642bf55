"""Manifests: any file gives a manifest with a digest and an answer to what differs, or a ``DistInvalid``."""

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
from ohifbuild.viewer.manifest import MANIFEST_NAME, check_integrity, hash_tree, read_manifest

WORDS = (
    b'"files":',
    b'"inputs":',
    b'"sha256":',
    b'"size":',
    b"Infinity",
    b"NaN",
    b"1e999",
    b'"\\ud800"',
    b"[" * 2000,
    b"null",
)
FILES = {"index.html": "page", "a/b.js": "code", "a/ohifbuild-manifest.json": "{}"}


def generate(random: Random) -> bytes:
    entries = {
        name: {
            "sha256": random.choice(("0" * 64, text(random))),
            "size": random.choice((0, 4, 2**60, 1.5, "4", None, True)),
        }
        for name in random.sample((*FILES, text(random, "../", "x")), random.randrange(4))
    }
    document = {
        "format": random.choice((1, 2, "1", text(random))),
        "digest": text(random),
        "files": entries,
        "inputs": {"a": text(random)},
    }
    return spoilt(random, json.dumps(document).encode(), WORDS)


@contextmanager
def checker() -> Iterator[Check]:
    with tempfile.TemporaryDirectory() as folder:
        dist = Path(folder)
        for name, content in FILES.items():
            (dist / name).parent.mkdir(exist_ok=True)
            (dist / name).write_text(content)
        present = hash_tree(dist)
        assert set(present) == set(FILES)

        def check(data: bytes) -> None:
            (dist / MANIFEST_NAME).write_bytes(data)
            try:
                manifest = read_manifest(dist)
                found = check_integrity(dist)
            except DistInvalid as error:
                printable(error.what, error.details, error.cause, error.fix)
                return
            assert manifest.digest.startswith("sha256:")
            assert manifest.size >= 0
            assert found.ok is (dict(manifest.files) == present)
            named = (*found.changed, *found.missing, *found.added)
            printable(*named)
            assert set(present) - set(named) == {name for name in present if manifest.files.get(name) == present[name]}

        yield check
