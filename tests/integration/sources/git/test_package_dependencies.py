"""What packages bring with them: resolved by the real npm, bundled by the real webpack."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.digests import digest_of_tree
from ohifbuild.core.errors import BundleFailed, ExtensionInvalid, NotInCache
from ohifbuild.packages.dependencies import Dependency
from ohifbuild.packages.package import read_packages
from ohifbuild.sources.components import contents_of
from ohifbuild.sources.git import SourceBuild, source_build

from .conftest import Built, Upstream, scripts, write_extension

IS_NUMBER = "sha512-Wu1VHeILBK8KAWJUAiSZQX94GmOE45Rg6/538fKwiloUu21KncEkYGPqob2oSZ5mUT73vLGrHQjKw3KMPwfDzg=="
IS_ODD = "sha512-204vE5IJ0Cd6pA6x1dMyLooGk6/xeKuq90imFuJN/ndMDBP4Sk9tJpBlTedHPvt6KDbtTDTsjVzzgctFqNV7FQ=="
OLD = "3.0.0"  # 3.0.1 is newer
LOCKS = {
    "package-lock.json": json.dumps(
        {"packages": {"": {}, "node_modules/is-odd": {"version": OLD}, "node_modules/is-number": {"version": "6.0.0"}}}
    ),
    "yarn.lock": f'is-odd@^3.0.0:\n  version "{OLD}"\n\nis-number@^6.0.0:\n  version "6.0.0"\n',
    "pnpm-lock.yaml": f"lockfileVersion: '9.0'\npackages:\n  is-odd@{OLD}:\n    resolution: {{}}\n",
    "bun.lock": f'{{ "packages": {{ "is-odd": ["is-odd@{OLD}", "", {{}}], }}, }}',
}


def extension(root: Path, **manifest: object) -> Path:
    write_extension(root, **{"dependencies": {"is-odd": "^3.0.0"}, **manifest})
    (root / "index.js").write_text("import isOdd from 'is-odd';\nexport default { getPanelModule: () => isOdd };\n")
    return root


def decided(upstream: Upstream, cache: Cache, *roots: Path, **options: object) -> SourceBuild:
    values = {"offline": False, "reporter": SilentReporter(), **options}
    packages = read_packages(roots)
    return source_build(upstream.pin(), str(upstream.path), (), cache, packages=packages, **values)  # type: ignore[arg-type]


def versions(build: SourceBuild) -> dict[str, str]:
    return {item.path: item.version for item in build.dependencies}


@pytest.mark.parametrize("name", LOCKS)
def test_the_lockfile_of_each_program_decides_the_versions(name: str, built: Built, tmp_path: Path) -> None:
    root = extension(tmp_path / "e")
    (root / name).write_text(LOCKS[name])
    found = versions(decided(built.upstream, built.cache, root))
    assert found["node_modules/is-odd"] == OLD
    assert found["node_modules/is-number"] == "6.0.0"


def test_without_a_lockfile_versions_are_resolved_once_and_then_come_from_the_lock(
    built: Built, tmp_path: Path
) -> None:
    root = extension(tmp_path / "e")
    first = decided(built.upstream, built.cache, root)
    assert all(item.integrity.startswith("sha512-") for item in first.dependencies)
    viewer = first.provide(built.cache, offline=False, reporter=SilentReporter())
    assert "is-odd" in scripts(viewer)
    facts = first.dependencies.facts()
    with pytest.raises(NotInCache, match=r"dependencies of the extensions \(is-odd\) are not in ohifbuild\.lock"):
        decided(built.upstream, built.cache, root, offline=True)
    again = decided(built.upstream, built.cache, root, offline=True, locked_dependencies=facts)
    assert again.key == first.key
    (built.cache.root / "base" / first.key).rename(tmp_path / "base")
    offline = again.provide(built.cache, offline=True, reporter=SilentReporter())
    assert digest_of_tree(offline.path) == digest_of_tree(tmp_path / "base/dist")


def test_a_changed_import_keeps_the_versions_of_the_lock(built: Built, tmp_path: Path) -> None:
    root = extension(tmp_path / "e", dependencies={"is-odd": "^3.0.0", "is-even": "*"})
    old = Dependency("", "node_modules/is-odd", "is-odd", OLD, IS_ODD)
    facts = replace(decided(built.upstream, built.cache, root).dependencies, dependencies=(old,)).facts()
    with (root / "index.js").open("a") as file:
        file.write("import 'is-even';\n")
    assert versions(decided(built.upstream, built.cache, root, locked_dependencies=facts))["node_modules/is-odd"] == OLD


def test_packages_share_one_copy_and_each_has_its_own_version(built: Built, tmp_path: Path) -> None:
    def make(name: str, wanted: str) -> Path:
        root = write_extension(tmp_path / name, name=name, dependencies={"is-number": wanted})
        (root / "index.js").write_text("import isNumber from 'is-number';\nexport default { isNumber };\n")
        return root

    extra = {"keywords": ["ohif-mode"], "dependencies": {"one": "^1.0.0", "is-number": "7.0.0"}}
    mode = write_extension(tmp_path / "mode", name="mode", **extra)
    (mode / "index.js").write_text("import one from 'one';\nimport n from 'is-number';\nexport default { one, n };\n")
    roots = (make("one", "^7.0.0"), make("two", "^6.0.0"), mode)
    build = decided(built.upstream, built.cache, *roots)
    assert {(item.owner, item.version) for item in build.dependencies} == {("", "7.0.0"), ("two", "6.0.0")}
    viewer = build.provide(built.cache, offline=False, reporter=SilentReporter())
    found = [item.version for item in contents_of(viewer.path).components if item.name == "is-number"]
    assert found == ["6.0.0", "7.0.0"]


def test_lockfiles_and_ranges_that_nothing_meets_are_named(built: Built, tmp_path: Path) -> None:
    unfit = extension(tmp_path / "a", name="a", dependencies={"is-odd": "^2.0.0"})
    (unfit / "package-lock.json").write_text(LOCKS["package-lock.json"])
    damaged = extension(tmp_path / "b", name="b")
    (damaged / "package-lock.json").write_text("<<<<<<< ours\n")
    address = extension(tmp_path / "c", name="c", dependencies={"is-odd": "git+https://example.org/x.git"})
    with pytest.raises(ExtensionInvalid, match="3 problems keep 3") as refusal:
        decided(built.upstream, built.cache, unfit, damaged, address)
    for words in ("it has no is-odd ^2.0.0", "marks of an unfinished merge", "which is no range of versions"):
        assert words in refusal.value.details
    with pytest.raises(ExtensionInvalid, match="npm cannot resolve its dependencies") as refusal:
        decided(built.upstream, built.cache, extension(tmp_path / "d", dependencies={"is-odd": "^99.0.0"}))
    assert "is-odd@^99.0.0" in refusal.value.details


def test_a_lockfile_with_another_integrity_than_the_registrys_is_refused(built: Built, tmp_path: Path) -> None:
    root = extension(tmp_path / "e")
    packages = {"node_modules/is-odd": {"version": OLD, "integrity": IS_NUMBER}}
    (root / "package-lock.json").write_text(json.dumps({"packages": packages}))
    with pytest.raises(ExtensionInvalid, match="another integrity than the one that is locked"):
        decided(built.upstream, built.cache, root)


def test_a_package_cannot_name_a_loader_of_its_own(built: Built, tmp_path: Path) -> None:
    root = write_extension(tmp_path / "e")
    ran = tmp_path / "it-ran"
    (root / "loader.js").write_text(f"require('fs').writeFileSync({str(ran)!r}, ''); module.exports = text => text;\n")
    (root / "x.js").write_text("export default 1;\n")
    (root / "index.js").write_text("import x from '!!./loader.js!./x.js';\nexport default { id: 'x', x };\n")
    with pytest.raises(BundleFailed) as failure:
        decided(built.upstream, built.cache, root).provide(built.cache, offline=False, reporter=SilentReporter())
    assert "names a loader, which a package cannot do" in f"{failure.value.what} {failure.value.details}"
    assert not ran.exists()


def test_entries_in_dist_libraries_and_assets_are_bundled(built: Built, tmp_path: Path) -> None:
    dist = write_extension(tmp_path / "d", name="built", main="dist/umd/index.js", module=None)
    (dist / "dist/umd").mkdir(parents=True)
    (dist / "dist/umd/index.js").write_text("module.exports = { default: { id: 'from-dist' } };\n")
    library = write_extension(tmp_path / "l", name="library")
    (library / "index.js").write_text("export const words = 'from-library';\n")
    needs = {"library": "^1.0.0"}
    source = write_extension(
        tmp_path / "s", name="source", exports={".": "./dist/none.js"}, module=None, dependencies=needs
    )
    (source / "src").mkdir()
    (source / "src/index.mjs").write_text(
        "import url from './a.webp';\nimport { words } from 'library';\n"
        "export default { id: 'from-source', url, words };\n"
    )
    (source / "src/a.webp").write_bytes(b"RIFF")
    viewer = decided(built.upstream, built.cache, dist, source, library).provide(
        built.cache, offline=False, reporter=SilentReporter()
    )
    assert "from-dist" in scripts(viewer)
    assert "from-source" in scripts(viewer)
    assert "from-library" in scripts(viewer)
    assert [name for name, _ in viewer.compiled] == ["built", "source"]
    assert [path.read_bytes() for path in viewer.path.rglob("*.webp")] == [b"RIFF"]
