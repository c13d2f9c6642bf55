from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest

from ohifbuild.tools.lockfiles import NAMES, read_lockfile

A, B = "sha512-AAAA==", "sha512-BBBB=="
NPM = {
    "lockfileVersion": 3,
    "packages": {
        "": {"name": "mine", "version": "1.0.0"},
        "node_modules/@scope/a": {"version": "1.2.3", "integrity": A},
        "node_modules/@scope/a/node_modules/b": {"version": "2.0.0", "integrity": B},
        "node_modules/alias": {"name": "c", "version": "3.0.0"},
        "node_modules/linked": {"link": True},
    },
}
NPM_1 = {
    "lockfileVersion": 1,
    "dependencies": {
        "@scope/a": {"version": "1.2.3", "integrity": A, "dependencies": {"b": {"version": "2.0.0", "integrity": B}}},
        "c": {"version": "3.0.0"},
    },
}
YARN = f"""\
# yarn lockfile v1
"@scope/a@^1.0.0":
  version "1.2.3"
  integrity {A}
b@2:
  version "2.0.0"
  integrity {B}
"alias@npm:c@^3.0.0":
  version "3.0.0"
"""
BERRY = """\
__metadata:
  version: 8
"@scope/a@npm:^1.0.0":
  version: 1.2.3
  resolution: "@scope/a@npm:1.2.3"
  checksum: 10/0123
"b@npm:2":
  version: 2.0.0
  resolution: "b@npm:2.0.0"
"alias@npm:c@^3.0.0":
  version: 3.0.0
  resolution: "c@npm:3.0.0"
"mine@workspace:.":
  version: 0.0.0-use.local
  resolution: "mine@workspace:."
"""
PNPM = f"""\
lockfileVersion: '9.0'
packages:
  '@scope/a@1.2.3':
    resolution: {{integrity: {A}}}
  b@2.0.0(peer@1.0.0):
    resolution: {{integrity: {B}}}
  /c/3.0.0:
    resolution: {{tarball: https://elsewhere.example/c.tgz}}
"""
BUN = f"""{{
  "lockfileVersion": 1,
  "packages": {{
    "@scope/a": ["@scope/a@1.2.3", "", {{ "bin": {{ "a": "a.js", }} }}, "{A}"],
    "b": ["b@2.0.0", "", {{ "note": "a, }} in text", }}, "{B}"],
    "c": ["c@3.0.0", {{}}],
  }},
}}"""


@pytest.mark.parametrize(
    ("name", "text", "integrities"),
    [
        ("package-lock.json", json.dumps(NPM), True),
        ("npm-shrinkwrap.json", json.dumps(NPM_1), True),
        ("yarn.lock", YARN, True),
        ("yarn.lock", BERRY, False),
        ("pnpm-lock.yaml", PNPM, True),
        ("bun.lock", BUN, True),
    ],
)
def test_each_format_gives_versions_and_integrities(name: str, text: str, integrities: bool, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    found = read_lockfile(tmp_path / name)
    assert found.keys() == {("@scope/a", "1.2.3"), ("b", "2.0.0"), ("c", "3.0.0")}
    assert set(found.values()) == ({A, B, ""} if integrities else {""})


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "text", ["<<<<<<< ours\n", "[" * 100_000, "\xff", '{"packages": 3}', "packages: {a@1: 3}", 'x:\n  version "', "{}"]
)
def test_what_is_no_lockfile_is_refused_or_empty(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(text.encode("latin-1"))
    with suppress(ValueError):  # and no other error
        assert all(len(key) == 2 for key in read_lockfile(tmp_path / name))


def test_a_lockfile_of_many_megabytes_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "yarn.lock").open("wb") as file:
        file.truncate(1 << 31)
    with pytest.raises(ValueError, match="more than 20 MB"):
        read_lockfile(tmp_path / "yarn.lock")
