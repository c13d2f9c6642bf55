from __future__ import annotations

import base64
import json

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import PackageDamaged
from ohifbuild.core.processes import output
from ohifbuild.tools.npm import Package
from ohifbuild.tools.package_managers import package_manager
from ohifbuild.tools.toolchain import node_tools

from .conftest import Registry, tarball


def publish(registry: Registry, commands: object) -> Package:
    manifest = json.dumps({"name": "pnpm", "version": "11.99.0", "bin": commands}).encode()
    script = b"console.log('pnpm', ...process.argv.slice(2))"
    return registry.publish_bytes(
        "pnpm", "11.99.0", tarball({"package/package.json": manifest, "package/bin/p.cjs": script})
    )


def spec(package: Package) -> str:
    return f"pnpm@11.99.0+sha512.{base64.b64decode(package.integrity.removeprefix('sha512-')).hex()}"


def test_a_package_manager_is_fetched_verified_and_run_by_our_node(registry: Registry, cache: Cache) -> None:
    package = publish(registry, {"pnpm": "bin/p.cjs"})
    tools = node_tools(cache, SilentReporter())
    reporter = SilentReporter()
    command = package_manager(spec(package), tools, cache, offline=False, reporter=reporter)
    assert output([*command, "install"], env=tools.env) == "pnpm install\n"
    assert not reporter.warnings
    assert package_manager(spec(package), tools, cache, offline=True, reporter=reporter) == command
    assert package_manager("pnpm@11.99.0", tools, cache, offline=False, reporter=reporter) == command
    assert "not pinned" in reporter.warnings[0]


@pytest.mark.parametrize("commands", [{"other": "bin/p.cjs"}, {"pnpm": "../../../../evil"}, {"pnpm": "bin"}, 7, None])
def test_a_package_without_its_command_is_refused(registry: Registry, cache: Cache, commands: object) -> None:
    package = publish(registry, commands)
    tools = node_tools(cache, SilentReporter())
    with pytest.raises(PackageDamaged):
        package_manager(spec(package), tools, cache, offline=False, reporter=SilentReporter())
