"""What packages bring, without npm: which, how the lock states it, and what npm may not decide."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import ExtensionInvalid, ToolFailed
from ohifbuild.packages import resolve_dependencies
from ohifbuild.packages.dependencies import KEY, Dependency, Needed, Resolved, frozen, needed, resolution_key
from ohifbuild.packages.package import Package, read_packages
from ohifbuild.packages.problems import PackageProblem
from ohifbuild.sources.package_dependencies import decide_dependencies
from ohifbuild.tools.toolchain import NodeTools

TOOLS = NodeTools(Path("node"), Path("npm"), {}, "20.0.0", "system")
HASH = "sha512-AAAA=="
INSTALLED = {"react": frozenset({"18.3.1"}), "lodash": frozenset({"4.17.21"}), "uuid": frozenset({"8.3.2", "9.0.0"})}


def package(root: Path, *imported: str, **manifest: object) -> Package:
    root.mkdir(parents=True, exist_ok=True)
    lines = [f"import '{name}';" for name in imported]
    (root / "index.js").write_text("\n".join([*lines, "export default { preRegistration() {} };"]))
    (root / "package.json").write_text(json.dumps({"name": root.name, "version": "1.0.0", **manifest}))
    return read_packages([root])[0]


@pytest.mark.parametrize(
    ("name", "wanted", "own"),
    [
        ("lodash", "^4.0.0", False),
        ("lodash", "^3.0.0", True),
        ("uuid", "^9.0.0", True),  # OHIF has two, and either may be found
        ("uuid", ">=8", False),
        ("react", "^16.0.0", False),
        ("absent", "*", True),
        ("@ohif/absent", "*", False),
    ],
)
def test_ohifs_own_is_used_where_its_version_does(name: str, wanted: str, own: bool, tmp_path: Path) -> None:
    found = package(tmp_path / "a", name, dependencies={name: wanted})
    assert dict(needed(found, [found], INSTALLED).own) == ({name: wanted} if own else {})
    as_peer = package(tmp_path / "b", name, peerDependencies={name: wanted})
    assert set(needed(as_peer, [as_peer], INSTALLED).others) == ({name} if name == "absent" else set())


def test_facts_of_the_lock_are_read_back_and_hold_only_for_what_they_were_made_from(tmp_path: Path) -> None:
    found = package(tmp_path / "a", "absent", dependencies={"absent": "^1.0.0"})
    key = resolution_key([found], "0" * 40)
    rows = (
        Dependency("", "node_modules/@s/x", "@s/x", "1.0.0", HASH),
        Dependency("a", "node_modules/alias", "absent", "1.2.3", HASH),
    )
    facts = Resolved(key, rows).facts()
    assert frozen(key, facts, [found]) == Resolved(key, rows)
    for changed in (
        resolution_key([found], "1" * 40),
        resolution_key([package(tmp_path / "a", "absent", dependencies={"absent": "^2.0.0"})], "0" * 40),
    ):
        assert frozen(changed, facts, [found]) is None
    (tmp_path / "a/yarn.lock").write_text("")
    assert resolution_key([found], "0" * 40) != key


@pytest.mark.parametrize(
    ("place", "spec"),
    [
        ("../../etc", "x@1.0.0"),
        ("node_modules/..", "x@1.0.0"),
        ("node_modules/a/../../b", "x@1.0.0"),
        ("/etc/passwd", "x@1.0.0"),
        ("nobody node_modules/x", "x@1.0.0"),
        ("node_modules/x", "--git=/bin/program@1.0.0"),
        ("node_modules/x", "-x@1.0.0"),
        ("node_modules/x", "x@git+ssh://host/x#@1.0.0"),
        ("node_modules/x", "x@https://host/x.tgz"),
        ("node_modules/x", "x@file:../../secret"),
        ("node_modules/x", "../secret@1.0.0"),
    ],
)
def test_a_lock_with_a_fact_that_cannot_be_a_dependency_is_not_used(place: str, spec: str) -> None:
    assert frozen("key", {KEY: "key", place: f"{spec} {HASH}"}, []) is None


def resolved(
    monkeypatch: pytest.MonkeyPatch, item: Needed, *trees: Mapping[str, Any]
) -> Resolved | list[PackageProblem]:
    answers = iter(trees)
    monkeypatch.setattr(resolve_dependencies, "_resolved_by_npm", lambda *_: next(answers))
    return resolve_dependencies.resolve_dependencies("key", [item], INSTALLED, TOOLS, {})


def test_what_npm_found_is_kept_without_a_second_react_types_and_optional_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = Needed(package(tmp_path / "a"), {"x": "^1.0.0"}, {})
    tree = {
        "node_modules/x": {"version": "1.0.0", "integrity": HASH},
        "packages/0/node_modules/y": {"version": "2.0.0", "integrity": HASH},
        "node_modules/x/node_modules/react": {"version": "17.0.0", "integrity": HASH},
        "node_modules/@types/x": {"version": "1.0.0", "integrity": HASH},
        "node_modules/fsevents": {"version": "1.0.0", "integrity": HASH, "optional": True},
        "node_modules/ohifbuild-package-0": {"link": True},
    }
    found = resolved(monkeypatch, item, tree)
    assert isinstance(found, Resolved)
    assert [(row.owner, row.path) for row in found] == [("", "node_modules/x"), ("a", "node_modules/y")]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"version": "1.0.0", "resolved": "git+ssh://git@host/x.git"}, "no SHA-512"),
        ({"version": "1.0.0", "integrity": "sha1-AAAA="}, "no SHA-512"),
        ({"version": "1.0.0", "integrity": "sha512-BBBB=="}, "another integrity"),
    ],
)
def test_a_dependency_without_a_trusted_integrity_is_refused(
    entry: dict[str, str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = Needed(package(tmp_path / "a"), {"x": "^1.0.0"}, {})
    (tmp_path / "a/yarn.lock").write_text(f'x@^1.0.0:\n  version "1.0.0"\n  integrity {HASH}\n')
    found = resolved(monkeypatch, item, {"node_modules/x": entry})
    assert isinstance(found, list)
    assert words in found[0].what


def test_an_alias_of_react_is_refused_because_it_would_be_a_second_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = Needed(package(tmp_path / "a"), {"other-react": "npm:react@^18.0.0"}, {})
    tree = {"node_modules/other-react": {"name": "react", "version": "18.3.1", "integrity": HASH}}
    found = resolved(monkeypatch, item, tree)
    assert isinstance(found, list)
    assert (found[0].package, "other-react is an alias" in found[0].what) == ("react@18.3.1", True)


@pytest.mark.parametrize(("name", "refused"), [("package-lock.json", True), ("bun.lock", True), ("yarn.lock", False)])
def test_a_lockfile_that_does_not_fit_is_refused_except_yarns(
    name: str, refused: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = Needed(package(tmp_path / "a"), {"x": "^1.0.0"}, {})
    (tmp_path / "a" / name).write_text("" if name == "yarn.lock" else '{"packages": {}}')
    found = resolved(monkeypatch, item, {"node_modules/x": {"version": "1.0.0", "integrity": HASH}})
    if refused:
        assert isinstance(found, list)
        assert f"its {name} does not fit its package.json: it has no x ^1.0.0" in found[0].what
    else:
        assert isinstance(found, Resolved)
        assert "its yarn.lock has no x ^1.0.0" in found.notes[0]


def test_problems_with_the_release_and_with_dependencies_are_reported_together(tmp_path: Path) -> None:
    (tmp_path / "tree/platform/app").mkdir(parents=True)
    (tmp_path / "tree/platform/app/package.json").write_text('{"dependencies": {"react": "18.3.1"}}')
    (tmp_path / "tree/package.json").write_text("{}")
    a = package(tmp_path / "a", "x", dependencies={"x": "file:../x"})
    b = package(tmp_path / "b", peerDependencies={"react": "^19.0.0"})
    with pytest.raises(ExtensionInvalid, match="2 problems keep 2") as refusal:
        decide_dependencies(
            [a, b],
            {},
            "0" * 40,
            lambda: tmp_path / "tree",
            TOOLS,
            manager="yarn@1.22.22",
            offline=False,
            reporter=SilentReporter(),
        )
    for words in ("'file:../x', which is no range of versions", "requires react ^19.0.0"):
        assert words in refusal.value.details


def test_a_peer_that_the_registry_has_in_no_version_of_the_range_is_taken_in_its_newest_with_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def npm(manifests: list[dict[str, str]], *_: object) -> dict[str, Any]:
        if "^0.7.1" in manifests[0].values():
            raise ToolFailed("npm", cause="", fix="", details="No matching version found for x@^0.7.1.")
        return {"node_modules/x": {"version": "0.8.0", "integrity": HASH}}

    monkeypatch.setattr(resolve_dependencies, "_resolved_by_npm", npm)
    found = package(tmp_path / "a")
    as_peer, as_own = Needed(found, {}, {"x": "^0.7.1"}), Needed(found, {"x": "^0.7.1"}, {})
    resolved = resolve_dependencies.resolve_dependencies("key", [as_peer], INSTALLED, TOOLS, {})
    assert isinstance(resolved, Resolved)
    assert resolved.notes == ("a: the registry has no x ^0.7.1; its newest is taken.",)
    refused = resolve_dependencies.resolve_dependencies("key", [as_own], INSTALLED, TOOLS, {})
    assert isinstance(refused, list)


def test_npm_gets_no_git_with_which_it_would_clone_what_a_package_of_the_registry_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: dict[str, str] = {}

    def run(_argv: object, *, cwd: Path, env: Mapping[str, str]) -> str:
        seen.update(env)
        (cwd / "package-lock.json").write_text('{"packages": {}}')
        return ""

    monkeypatch.setattr(resolve_dependencies, "run", run)
    item = package(tmp_path / "a", "absent", dependencies={"absent": "^1.0.0"})
    resolve_dependencies.resolve_dependencies("key", [Needed(item, {"absent": "^1.0.0"}, {})], {}, TOOLS, {})
    assert seen["npm_config_git"] == "/nonexistent/ohifbuild-uses-no-git"
