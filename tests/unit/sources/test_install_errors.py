from __future__ import annotations

from pathlib import Path

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
"@scope/wanter@^1.0.0", "@scope/wanter@^1.2.0":
  version "1.2.3"
  dependencies:
    "@lost/package" "^4.0.0"
    other "1.0.0"

"@lost/package@^4.0.0":
  version "4.5.6"

bystander@1.0.0:
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
    ("said", "expected", "words"),
    [
        (
            'error Couldn\'t find package "@lost/package@^4.0.0" required by "@scope/wanter@^1.0.0"',
            PackageUnavailable,
            "lacks @lost/package@^4.0.0, which @scope/wanter@^1.0.0 wants",
        ),
        (
            'error https://registry.example.org/@lost%2fpackage/-/package-4.5.6.tgz: Request failed "404 Not Found"',
            PackageUnavailable,
            "lacks @lost/package@4.5.6, which @scope/wanter wants",
        ),
        (
            'error Couldn\'t find any versions for "other" that matches "1.0.0"',
            PackageUnavailable,
            "lacks other@1.0.0, which @ohif/x and @scope/wanter wants",
        ),
        (
            " ERR_PNPM_FETCH_404  GET https://registry.example.org/@lost%2Fpackage: Not Found - 404",
            PackageUnavailable,
            "@lost/package",
        ),
        ("error: @lost/package@4.5.6 failed to resolve", PackageUnavailable, "lacks @lost/package@4.5.6, which"),
        (
            'error Couldn\'t find any versions for "other" that matches "1.0.0" in our cache',
            NotInCache,
            "--offline",
        ),
        (
            "error Your lockfile needs to be updated, but yarn was run with",
            ReleaseUnsupported,
            "fit",
        ),
        (" ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with frozen-lockfile", ReleaseUnsupported, "fit"),
        ("error An unexpected error occurred: ENOSPC: no space left on device, write", DiskFull, "No space"),
        ("error An unexpected error occurred: getaddrinfo ENOTFOUND registry.example.org", DownloadFailed, "fetched"),
        ('error Integrity check failed for "other" (computed integrity ...)', DownloadFailed, "fetched"),
        ("error something else", ToolFailed, "yarn"),
    ],
)
def test_what_a_package_manager_says_is_explained(
    said: str, expected: type[OhifbuildError], words: str, tree: Path
) -> None:
    error = explained(ToolFailed("yarn ended with status 1.", details=said), tree)
    assert type(error) is expected
    assert words in error.what


def test_tarballs_tell_their_package() -> None:
    assert package_of_tarball("https://r.example/@a/b/-/b-1.0.0-rc.1.tgz?x=1") == "@a/b@1.0.0-rc.1"
    assert package_of_tarball("https://r.example/a-b/-/a-b-1.0.0.tgz#sha") == "a-b@1.0.0"
    assert package_of_tarball("https://r.example/odd") == "https://r.example/odd"


def test_wanters_are_found_by_whole_names_only(tree: Path) -> None:
    assert dependents(tree, "lost@1.0.0") == ["bystander"]
    assert dependents(tree, "@lost/package@4.5.6") == ["@scope/wanter"]
    assert dependents(tree, "nobody@1") == []


def test_the_key_is_the_lockfile_node_and_the_package_manager(tree: Path) -> None:
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
    with pytest.raises(ReleaseUnsupported, match=r"extensions/x/package\.json of the source is no JSON object"):
        install(tree, "yarn@1.22.22", tools, Cache(tree / "cache"), offline=True, reporter=SilentReporter())
