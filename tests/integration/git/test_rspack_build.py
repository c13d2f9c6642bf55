from __future__ import annotations

import shutil
from pathlib import Path

from ohifbuild.cache import Cache, digest_of_tree
from ohifbuild.console import SilentReporter
from ohifbuild.origins.git import Source, base_viewer
from ohifbuild.origins.workspace import read_source_packages

from .conftest import MONOREPO, TAG, make_upstream, write_extension


def test_rspack_bundles_as_webpack_does_and_takes_extensions_by_their_folder(tmp_path: Path, cache: Cache) -> None:
    upstream = make_upstream(tmp_path / "upstream")
    shutil.copytree(MONOREPO.with_name("monorepo-rspack"), upstream.path, dirs_exist_ok=True)
    upstream.commit(tag=TAG)
    pin = upstream.pin(bundler="rspack")
    source, reporter = Source(str(upstream.path)), SilentReporter()
    packages = read_source_packages([write_extension(tmp_path / "extension")])
    viewer = base_viewer(pin, source, (), cache, packages=packages, offline=False, reporter=reporter)
    text = "\n".join(path.read_text() for path in viewer.path.glob("*.js"))
    assert "function leftPad" in text
    assert "@clinic/extension-hello" in text
    assert not list(viewer.path.glob("*.map"))
    assert '"name": "left-pad"' in (viewer.path.parent / "modules.json").read_text()
    before = digest_of_tree(viewer.path)
    shutil.rmtree(viewer.path.parent)
    again = base_viewer(pin, source, (), cache, packages=packages, offline=False, reporter=reporter)
    assert digest_of_tree(again.path) == before
