from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import (
    DiskFull,
    DownloadFailed,
    NotInCache,
    OhifbuildError,
    PackageUnavailable,
    ReleaseUnsupported,
    ToolFailed,
)
from ohifbuild.sources.install import explained, install, lock_key
from ohifbuild.sources.lockfiles import dependents, package_of_tarball
from ohifbuild.tools.toolchain import NodeTools

LOCKFILE = """
"@scope/dependent@^1.0.0", "@scope/dependent@^1.2.0":
  version "1.2.3"
  dependencies:
    "@lost/package" "^4.0.0"
    other "1.0.0"

"@lost/package@^4.0.0":
  version "4.5.6"

unrelated@1.0.0:
  version "1.0.0"
  dependencies:
    lost "1.0.0"
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "yarn.lock").write_text(LOCKFILE)
    (tmp_path / "extensions/x").mkdir(parents=True)
    (tmp_path / "extensions/x/package.json").write_text('{"name": "@ohif/x", "dependencies": {"other": "1"}}')
    return tmp_path


@pytest.mark.parametrize(
    ("output", "expected", "words"),
    [
        (
            'error Couldn\'t find package "@lost/package@^4.0.0" required by "@scope/dependent@^1.0.0"',
            PackageUnavailable,
            "does not have @lost/package@^4.0.0 (required by @scope/dependent@^1.0.0)",
        ),
        (
            'error https://registry.example.org/@lost%2fpackage/-/package-4.5.6.tgz: Request failed "404 Not Found"',
            PackageUnavailable,
            "does not have @lost/package@4.5.6 (required by @scope/dependent)",
        ),
        (
            'error Couldn\'t find any versions for "other" that matches "1.0.0"',
            PackageUnavailable,
            "does not have other@1.0.0 (required by @ohif/x, @scope/dependent)",
        ),
        (
            " ERR_PNPM_FETCH_404  GET https://registry.example.org/@lost%2Fpackage: Not Found - 404",
            PackageUnavailable,
            "@lost/package",
        ),
        (
            "error: @lost/package@4.5.6 failed to resolve",
            PackageUnavailable,
            "does not have @lost/package@4.5.6 (required by",
        ),
        (
            'error Couldn\'t find any versions for "other" that matches "1.0.0" in our cache',
            NotInCache,
            "--offline",
        ),
        (
            "error Your lockfile needs to be updated, but yarn was run with",
            ReleaseUnsupported,
            "does not match its package.json",
        ),
        (
            " ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with frozen-lockfile",
            ReleaseUnsupported,
            "does not match its package.json",
        ),
        ("error An unexpected error occurred: ENOSPC: no space left on device, write", DiskFull, "No space"),
        (
            "error An unexpected error occurred: getaddrinfo ENOTFOUND registry.example.org",
            DownloadFailed,
            "downloaded",
        ),
        ('error Integrity check failed for "other" (computed integrity ...)', DownloadFailed, "downloaded"),
        (
            "error: GET https://registry.example.org/@lost/package/-/package-4.5.6.tgz - 404",
            PackageUnavailable,
            "does not have @lost/package@4.5.6",
        ),
        ("error: ConnectionRefused downloading tarball execa@8.0.1", DownloadFailed, "downloaded"),
        ("error: Integrity check failed for tarball: execa", DownloadFailed, "downloaded"),
        ("error: lockfile had changes, but lockfile is frozen", ReleaseUnsupported, "does not match its package.json"),
        ("error something else", ToolFailed, "yarn"),
    ],
)
def test_a_package_managers_failure_becomes_the_matching_error(
    output: str, expected: type[OhifbuildError], words: str, tree: Path
) -> None:
    error = explained(ToolFailed("yarn failed with exit status 1.", details=output), tree)
    assert type(error) is expected
    assert words in error.what


def test_bun_cannot_download_offline_what_is_not_in_its_store(tree: Path) -> None:
    failure = ToolFailed("bun failed.", details="error: ConnectionRefused downloading tarball execa@8.0.1")
    assert isinstance(explained(failure, tree, offline=True), NotInCache)


@pytest.mark.parametrize(("free", "expected"), [(1 << 20, DiskFull), (1 << 40, ToolFailed)])
def test_bun_names_no_cause_when_the_disk_is_full(
    free: int, expected: type[OhifbuildError], tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=free))
    failure = ToolFailed("bun failed.", details="error: Fail extracting tarball from execa")
    assert type(explained(failure, tree)) is expected


def test_a_tarballs_url_names_its_package() -> None:
    assert package_of_tarball("https://r.example/@a/b/-/b-1.0.0-rc.1.tgz?x=1") == "@a/b@1.0.0-rc.1"
    assert package_of_tarball("https://r.example/a-b/-/a-b-1.0.0.tgz#sha") == "a-b@1.0.0"
    assert package_of_tarball("https://r.example/odd") == "https://r.example/odd"


def test_dependents_are_found_by_whole_names_only(tree: Path) -> None:
    assert dependents(tree, "lost@1.0.0") == ["unrelated"]
    assert dependents(tree, "@lost/package@4.5.6") == ["@scope/dependent"]
    assert dependents(tree, "nobody@1") == []


def test_the_key_depends_on_the_lockfile_node_and_the_package_manager(tree: Path) -> None:
    def key(version: str, manager: str) -> str:
        return lock_key(tree, NodeTools(Path("node"), Path("npm"), {}, version, "system"), manager)

    first = key("20.1.0", "yarn@1.22.22")
    assert first == key("20.2.0", "yarn@1.22.22")
    assert first != key("22.1.0", "yarn@1.22.22")
    assert first != key("20.1.0", "yarn@1.22.19")
    (tree / "yarn.lock").write_text("")
    assert first != key("20.1.0", "yarn@1.22.22")
    with pytest.raises(ReleaseUnsupported, match=r"no pnpm-lock\.yaml"):
        key("24.0.0", "pnpm@11")


def test_a_damaged_package_json_of_the_source_is_named(tree: Path) -> None:
    (tree / "extensions/x/package.json").write_text("<<<<<<< HEAD")
    tools = NodeTools(Path("node"), Path("npm"), {}, "20.0.0", "system")
    with pytest.raises(ReleaseUnsupported, match=r"extensions/x/package\.json in the source is not a JSON object"):
        install(tree, "yarn@1.22.22", tools, Cache(tree / "cache"), offline=True, reporter=SilentReporter())
