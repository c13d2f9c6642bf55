from __future__ import annotations

import json
from pathlib import Path

from ohifbuild.sources.lockfiles import add_integrities, integrities

YARN = """\
# yarn lockfile v1


"@scope/a@^1.0.0", "@scope/a@~1.2.0":
  version "1.2.3"
  resolved "https://registry.example/@scope/a/-/a-1.2.3.tgz#0"
  integrity sha512-AAAA==
  dependencies:
    version "9.9.9"

b@1.x:
  version "1.0.0"
  integrity sha1-BBBB=

b@^2.0.0:
  version "2.0.0"
  resolved "https://registry.example/b/-/b-2.0.0.tgz#0"

"d@>=1, <2":
  version "1.5.0"
  integrity sha512-DDDD==

"c-old@npm:@scope/c@^4.2.0":
  version "4.2.3"
  integrity sha512-CCCC==
"""
PNPM = """\
---
lockfileVersion: '9.0'
configDependencies: {}

---
lockfileVersion: '9.0'

importers:

  .:
    devDependencies:
      b:
        specifier: ^1.0.0
        version: 1.0.0

packages:

  '@scope/a@1.2.3':
    resolution: {integrity: sha512-AAAA==}
    engines: {node: '>=6'}

  b@1.0.0-rc.1:
    resolution: {tarball: https://registry.example/b.tgz, integrity: sha512-BBBB==}

  c@2.0.0:
    resolution:
      integrity: sha512-CCCC==

  d@https://codeload.example/d/tar.gz/1234:
    resolution: {tarball: https://codeload.example/d/tar.gz/1234}
    version: 1.0.0

snapshots:

  '@scope/a@1.2.3(react@18.3.1)':
    dependencies:
      b: 1.0.0
"""


def test_yarns_lockfile_gives_each_packages_integrity_under_its_real_name(tmp_path: Path) -> None:
    (tmp_path / "yarn.lock").write_text(YARN)
    assert integrities(tmp_path) == {
        ("@scope/a", "1.2.3"): "sha512-AAAA==",
        ("b", "1.0.0"): "sha1-BBBB=",
        ("@scope/c", "4.2.3"): "sha512-CCCC==",
        ("d", "1.5.0"): "sha512-DDDD==",
    }


def test_pnpms_lockfile_gives_each_packages_integrity(tmp_path: Path) -> None:
    (tmp_path / "pnpm-lock.yaml").write_text(PNPM)
    assert integrities(tmp_path) == {
        ("@scope/a", "1.2.3"): "sha512-AAAA==",
        ("b", "1.0.0-rc.1"): "sha512-BBBB==",
        ("c", "2.0.0"): "sha512-CCCC==",
    }


def test_only_the_very_version_that_is_bundled_gets_an_integrity(tmp_path: Path) -> None:
    (tmp_path / "yarn.lock").write_text(YARN)
    modules = tmp_path / "modules.json"
    bundled = [("@scope/a", "1.2.3"), ("b", "2.0.0"), ("@ohif/app", "3.12.0")]
    modules.write_text(json.dumps([{"name": name, "version": version, "licence": "MIT"} for name, version in bundled]))
    add_integrities(modules, tmp_path)
    rows = json.loads(modules.read_text())
    assert [row["integrity"] for row in rows] == ["sha512-AAAA==", "", ""]
    assert {row["licence"] for row in rows} == {"MIT"}
