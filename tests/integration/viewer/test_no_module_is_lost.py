from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from ohifbuild.cache.default import default_cache
from ohifbuild.core.console import SilentReporter
from ohifbuild.releases.catalogue import catalogue, find_release
from ohifbuild.releases.startup_profile import startup_profile
from ohifbuild.sources.base_viewer import bundled_files
from ohifbuild.sources.published import published_viewer
from ohifbuild.tools.toolchain import node_tools
from ohifbuild.viewer.startup_files import first_scripts, join_startup_files

SCRIPT = Path(__file__).with_name("module_ids.cjs")


@pytest.mark.parametrize("version", ["3.12.0", "3.13.2"])
def test_the_joined_and_the_later_script_have_every_module_of_the_first_chunks(tmp_path: Path, version: str) -> None:
    cache, reporter = default_cache(), SilentReporter()
    node = node_tools(cache, reporter).node
    release = find_release(version, catalogue())
    base = published_viewer(release, cache, offline=False, reporter=reporter).provide(
        cache, offline=False, reporter=reporter
    )
    profile = startup_profile(version)
    assert profile

    def ids(*paths: Path) -> set[str]:
        run = subprocess.run([node, SCRIPT, *paths], capture_output=True, text=True, check=True)
        return set(json.loads(run.stdout))

    for path in bundled_files(base.path, ".js"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    before = ids(*first_scripts(tmp_path, profile.chunks).paths)
    files = join_startup_files(tmp_path, profile.chunks, profile.later)
    (entry,) = tmp_path.glob("app.bundle.*.js")
    at_first = ids(entry, tmp_path / files.script)
    afterwards = ids(tmp_path / files.later)
    assert at_first == before
    assert afterwards
    assert afterwards <= set(profile.later)
