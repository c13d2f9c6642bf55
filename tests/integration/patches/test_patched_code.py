"""The code that patches make, run: each patch's own input after the change, bundled and put to the test in Node."""

from __future__ import annotations

import shutil
from pathlib import Path

from ohifbuild.cache.entries import Cache
from ohifbuild.core import processes, resources
from ohifbuild.core.console import SilentReporter
from ohifbuild.tools.esbuild import esbuild
from ohifbuild.tools.toolchain import node_tools

DATA = Path(__file__).parents[2] / "data/patches"
STAND_INS = ("react", "@ohif/core", "@cornerstonejs/core")


def test_patched_code_does_what_the_patches_promise(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    node = node_tools(cache, SilentReporter())
    bundler = esbuild(cache, offline=False, reporter=SilentReporter())
    shutil.copy(DATA / "behaviour.test.mjs", tmp_path)
    for source in resources.patches().glob("*/tests/*/*.after.*"):
        entry = tmp_path / "entry.ts"
        entry.write_text(f"export * from {str(source)!r};\nexport * from 'react';\n{default_of(source)}")
        name = f"{source.parents[2].name}-{source.parent.name}-{source.name.partition('.')[0]}.mjs"
        aliases = [f"--alias:{package}={DATA / 'stand-ins.mjs'}" for package in STAND_INS]
        apart = ["--external:./updateAuthServiceAndCleanUrl", *aliases]
        processes.run([bundler, entry, "--bundle", "--format=esm", f"--outfile={tmp_path / name}", *apart])
    output = processes.run([node.node, "--test", tmp_path / "behaviour.test.mjs"], env=dict(node.env), cwd=tmp_path)
    assert "# fail 0" in output
    assert "# pass 0" not in output


def default_of(source: Path) -> str:
    return f"export {{ default }} from {str(source)!r};\n" if "export default" in source.read_text() else ""
