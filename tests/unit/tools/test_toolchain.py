from __future__ import annotations

import re
from pathlib import Path

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import NotInCache, ToolMissing
from ohifbuild.core.processes import output
from ohifbuild.releases.catalogue import catalogue
from ohifbuild.tools.npm import Package
from ohifbuild.tools.package_managers import package_manager, package_of
from ohifbuild.tools.toolchain import node_tools, private_pins, satisfies


def install(folder: Path, version: str) -> None:
    """Installs a fake Node that only prints its version, and a fake npm."""
    folder.mkdir(parents=True)
    for name in ("node", "npm"):
        (folder / name).write_text(f"#!/bin/sh\necho v{version}\n")
        (folder / name).chmod(0o755)


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on the PATH, still empty."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path / "bin"


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.mark.parametrize(
    ("needs", "fits"),
    [
        ("", True),
        ("*", True),
        (">=18", True),
        (">= 18", True),
        (">=20 <23", True),
        ("20", True),
        ("20.x", True),
        ("^18.17 || >=20.9.0", True),
        ("^24", False),
        (">=18 <20", False),
        ("~20.1", False),
        ("=v20.18.0", True),
        ("~>20.18", True),
        ("18 - 20", True),
        ("20.18.0+build", True),
    ],
)
def test_ranges_mean_what_npm_means_by_them(needs: str, fits: bool) -> None:
    assert satisfies("20.18.0", needs) is fits


def test_a_prerelease_is_not_taken_for_the_release_before_it() -> None:
    assert not satisfies("24.0.0-rc.1", "<=23")
    assert not satisfies("24.0.0-rc.1", "<24")


@pytest.mark.parametrize("needs", ["lts/*", "twenty", ">=", "; rm -rf /"])
def test_an_invalid_range_is_named(needs: str) -> None:
    with pytest.raises(ToolMissing, match="The range of Node versions"):
        satisfies("20.18.0", needs)


def test_every_release_in_the_catalogue_can_get_a_node_and_a_pinned_package_manager() -> None:
    for release in catalogue().releases.values():
        assert any(pin.wheel and satisfies(pin.version, release.node) for pin in private_pins())
        assert package_of(release.package_manager).integrity


def test_every_wheel_is_pinned() -> None:
    for pin in private_pins():
        assert not pin.wheel or pin.wheel.endswith(f"=={pin.version}")
        assert bool(pin.wheel) == bool(pin.sha256)
        assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in pin.sha256)


def test_the_systems_node_is_used_if_it_matches(system: Path, cache: Cache) -> None:
    install(system, "20.18.0")
    tools = node_tools(cache, SilentReporter(), needs=">=20 <23")
    assert (tools.node, tools.npm, tools.version, tools.source) == (
        system / "node",
        system / "npm",
        "20.18.0",
        "system",
    )


def test_a_private_node_in_the_cache_is_used_if_the_systems_does_not_match(system: Path, cache: Cache) -> None:
    install(system, "20.18.0")
    version = next(pin.version for pin in private_pins() if satisfies(pin.version, "^24"))
    entry = cache.entry("node", f"wheel-{version}", lambda work: install(work / "node/bin", version))
    private = entry / "node/bin"
    tools = node_tools(cache, SilentReporter(), needs="^24", offline=True)
    assert (tools.node, tools.npm, tools.version, tools.source) == (private / "node", private / "npm", version, "wheel")
    assert tools.env["PATH"].split(":")[0] == str(private)
    assert output(["node", "--version"], env=tools.env).strip() == f"v{version}"


def test_the_error_for_a_missing_node_says_why_each_source_failed(system: Path, cache: Cache) -> None:
    with pytest.raises(ToolMissing) as caught:
        node_tools(cache, SilentReporter(), offline=True)
    assert "the system has no Node" in caught.value.cause
    assert "wheel: not in the cache" in caught.value.cause
    install(system, "20.18.0")
    with pytest.raises(ToolMissing) as caught:
        node_tools(cache, SilentReporter(), needs=">=99", offline=True)
    assert "the system's Node is 20.18.0" in caught.value.cause
    assert "Node >=99" in caught.value.what


def test_a_broken_node_is_not_used(system: Path, cache: Cache) -> None:
    install(system, "20.18.0")
    (system / "node").write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(ToolMissing) as caught:
        node_tools(cache, SilentReporter(), offline=True)
    assert "failed with exit status 1" in caught.value.cause


def test_no_tool_may_download_another_version_of_itself(system: Path, cache: Cache) -> None:
    install(system, "20.18.0")
    env = node_tools(cache, SilentReporter()).env
    assert (env["YARN_IGNORE_PATH"], env["COREPACK_ENABLE_NETWORK"], env["pnpm_config_pm_on_fail"]) == (
        "1",
        "0",
        "ignore",
    )


def test_a_major_version_means_the_pinned_version_with_that_number() -> None:
    for spec in ("pnpm@11", "pnpm@11.x"):
        assert package_of(spec).version.startswith("11.")
        assert package_of(spec).integrity
    assert package_of("pnpm@11.2.0").integrity == ""


def test_pnpm_12_is_the_program_for_this_machine_and_its_wrappers_digest_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ohifbuild.tools.package_managers.machine", lambda: "linux-arm64")
    monkeypatch.setattr("ohifbuild.tools.package_managers.is_musl", lambda: False)
    package = package_of(f"pnpm@12+sha512.{'0' * 128}")
    assert package.name == "@pnpm/exe.linux-arm64"
    assert package.version.startswith("12.")
    assert package.integrity.startswith("sha512-")
    monkeypatch.setattr("ohifbuild.tools.package_managers.is_musl", lambda: True)
    assert package_of("pnpm@12.0.1") == Package("@pnpm/exe.linux-arm64-musl", "12.0.1", "")


@pytest.mark.parametrize(
    ("machine", "musl", "package"),
    [
        ("linux-x64", False, "@oven/bun-linux-x64-baseline"),
        ("linux-x64", True, "@oven/bun-linux-x64-musl-baseline"),
        ("linux-arm64", False, "@oven/bun-linux-aarch64"),
        ("darwin-arm64", False, "@oven/bun-darwin-aarch64"),
    ],
)
def test_bun_is_pinned_for_each_machine(
    machine: str, musl: bool, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ohifbuild.tools.package_managers.machine", lambda: machine)
    monkeypatch.setattr("ohifbuild.tools.package_managers.is_musl", lambda: musl)
    found = package_of("bun@1.2.23")
    assert (found.name, found.version) == (package, "1.2.23")
    assert found.integrity.startswith("sha512-")


def test_the_digest_in_a_package_manager_spec_is_its_pin() -> None:
    pinned = package_of("yarn@1.22.22")
    digest = (
        "a6b2f7906b721bba3d67d4aff083df04dad64c399707841b7acf00f6b133b7ac"
        "24255f2652fa22ae3534329dc6180534e98d17432037ff6fd140556e2bb3137e"
    )
    assert package_of(f"yarn@1.22.22+sha512.{digest}") == pinned


@pytest.mark.parametrize("spec", ["", "npm@10", "yarn", "yarn@4", "pnpm@11.2", "yarn@1.22.22+sha1.00", "yarn@file:/x"])
def test_an_unknown_package_manager_is_refused(spec: str) -> None:
    with pytest.raises(ToolMissing, match="is not supported"):
        package_of(spec)


def test_a_package_manager_that_is_not_pinned_is_not_available_offline(system: Path, cache: Cache) -> None:
    install(system, "20.18.0")
    tools = node_tools(cache, SilentReporter())
    with pytest.raises(NotInCache):
        package_manager("pnpm@11.2.0", tools, cache, offline=True, reporter=SilentReporter())


@pytest.mark.parametrize(("node", "used"), [("16.20.2", False), ("20.18.0", True)])
def test_a_node_that_the_systems_npm_does_not_support_is_not_used(
    system: Path, cache: Cache, node: str, used: bool
) -> None:
    install(system, node)
    package = system.parent / "lib/npm"
    (package / "bin").mkdir(parents=True)
    (package / "package.json").write_text('{"name": "npm", "engines": {"node": "^20.17.0 || >=22.9.0"}}')
    (system / "npm").rename(package / "bin/npm-cli.js")
    (system / "npm").symlink_to(package / "bin/npm-cli.js")
    if used:
        assert node_tools(cache, SilentReporter(), offline=True).source == "system"
        return
    with pytest.raises(ToolMissing) as caught:
        node_tools(cache, SilentReporter(), offline=True)
    assert "the system's npm is for Node ^20.17.0 || >=22.9.0, and its Node is 16.20.2" in caught.value.cause
