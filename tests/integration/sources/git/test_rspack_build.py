from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.digests import digest_of_tree
from ohifbuild.core.errors import BundleFailed
from ohifbuild.packages.package import read_packages
from ohifbuild.sources.components import contents_of
from ohifbuild.sources.git import source_build

from .conftest import MONOREPO, TAG, make_upstream, write_extension

# The engines of @rspack/core 2.2.8: Debian 12 has an older Node, so that one is made for the build there.
NODE = "^20.19.0 || >=22.12.0"


def test_rspack_bundles_as_webpack_does_and_takes_extensions_by_their_folder_and_names_missing_exports(
    tmp_path: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    upstream = make_upstream(tmp_path / "upstream")
    shutil.copytree(MONOREPO.with_name("monorepo-rspack"), upstream.path, dirs_exist_ok=True)
    upstream.commit(tag=TAG)
    pin = upstream.pin(bundler="rspack", node=NODE)
    remote, reporter = str(upstream.path), SilentReporter()
    packages = read_packages([write_extension(tmp_path / "extension")])
    build = source_build(pin, remote, (), cache, packages=packages, offline=False, reporter=reporter)
    viewer = build.provide(cache, offline=False, reporter=reporter)
    text = "\n".join(path.read_text() for path in viewer.path.glob("*.js"))
    assert "function leftPad" in text
    assert "@clinic/extension-hello" in text
    assert not list(viewer.path.glob("*.map"))
    listed = [(item.name, item.version) for item in contents_of(viewer.path).components]
    bundled = ("@ohif/app", "@ohif/core", "@ohif/extension-default", "@ohif/logo")
    assert listed == [
        ("@clinic/extension-hello", "1.0.0"),
        *((name, "3.12.0") for name in bundled),
        ("@rspack/core", "2.2.8"),
        ("left-pad", "1.3.0"),
    ]
    before = digest_of_tree(viewer.path)
    shutil.rmtree(viewer.path.parent)
    again = build.provide(cache, offline=False, reporter=reporter)
    assert digest_of_tree(again.path) == before
    monkeypatch.setattr("ohifbuild.sources.git.check_imports", lambda tree, places, allowed: [])
    root = write_extension(tmp_path / "extension", name="missing")
    (root / "index.js").write_text("import { labl } from '@ohif/core';\nexport default { text: labl };\n")
    build = source_build(pin, remote, (), cache, packages=read_packages([root]), offline=False, reporter=reporter)
    with pytest.raises(BundleFailed, match="@ohif/core has no export 'labl'") as failure:
        build.provide(cache, offline=False, reporter=reporter)
    assert f"{root / 'index.js'}:1:10: " in failure.value.details
