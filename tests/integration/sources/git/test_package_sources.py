"""Packages from git, from tarballs and from the registry."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import ExtensionInvalid, IntegrityMismatch, NotInCache
from ohifbuild.core.processes import run
from ohifbuild.lock.lock_file import read_lock
from ohifbuild.lock.resolve import resolve
from ohifbuild.packages.package import read_packages
from ohifbuild.sources.package_sources import Provided, provide_packages

from .conftest import Built, Upstream, clean, write_extension

NOBODY = "0" * 40


@pytest.fixture
def repository(tmp_path: Path) -> Upstream:
    """A repository with a package in a folder, and a link that leads out of it."""
    write_extension(tmp_path / "r/packages/hello")
    run(["git", "init", "--quiet", "--initial-branch=main", tmp_path / "r"], env=clean())
    return Upstream(tmp_path / "r")


def provide(cache: Cache, *sources: str, locked: dict[str, str] | None = None, offline: bool = False) -> Provided:
    return provide_packages(sources, locked or {}, cache, offline=offline, reporter=SilentReporter())


def test_a_package_in_a_folder_of_a_commit_is_had_once_and_then_offline(repository: Upstream, cache: Cache) -> None:
    commit = repository.commit()
    source = f"{repository.path}#{commit}:packages/hello"
    (package,) = read_packages(provide(cache, source).roots)
    assert (package.name, package.source) == ("@clinic/extension-hello", source)
    repository.path.rename(repository.path.with_name("gone"))
    assert read_packages(provide(cache, source, offline=True).roots) == (package,)
    with pytest.raises(NotInCache):
        provide(cache, f"{repository.path}#{NOBODY}", offline=True)


def test_a_link_out_of_a_repository_is_refused_as_in_a_folder(repository: Upstream, cache: Cache) -> None:
    (repository.path / "packages/hello/secret.js").symlink_to("/etc/passwd")
    source = f"file://{repository.path}#{repository.commit()}:packages/hello"
    with pytest.raises(ExtensionInvalid, match=r"secret\.js is a link outside the package"):
        read_packages(provide(cache, source).roots)


@pytest.mark.parametrize("target", ["/etc", "../../..", "elsewhere"])
def test_a_folder_of_a_repository_that_is_a_link_out_of_it_is_refused(
    target: str, repository: Upstream, cache: Cache, tmp_path: Path
) -> None:
    write_extension(tmp_path / "private")
    place = str(tmp_path / "private") if target == "elsewhere" else target
    (repository.path / "packages/linked").symlink_to(place)
    source = f"{repository.path}#{repository.commit()}:packages/linked"
    provided = provide(cache, source)
    assert not provided.roots
    assert "a link to a place outside" in provided.problems[0].what


def test_all_sources_that_cannot_be_had_are_reported_with_the_others_problems(
    repository: Upstream, cache: Cache, tmp_path: Path
) -> None:
    commit = repository.commit()
    (tmp_path / "bad.tgz").write_bytes(b"nothing")
    sources = [
        f"{repository.path}#{NOBODY}",
        f"{repository.path}#{commit}:packages/none",
        str(tmp_path / "bad.tgz"),
        "npm:is-number@99.0.0",
        str(write_extension(tmp_path / "p", name="../x")),
    ]
    provided = provide(cache, *sources)
    with pytest.raises(ExtensionInvalid, match="5 problems keep 5") as refusal:
        read_packages(provided.roots, earlier=provided.problems)
    for words in (
        "git ls-remote",
        "has no folder packages/none",
        "truncated or corrupt",
        "npm view is-number versions",
    ):
        assert words in refusal.value.details


def test_a_tarball_is_unpacked_without_running_it(cache: Cache, tmp_path: Path) -> None:
    write_extension(tmp_path / "package", scripts={"postinstall": "touch it-ran"})
    with tarfile.open(tmp_path / "x.tgz", "w:gz") as archive:
        archive.add(tmp_path / "package", "package")
    (package,) = read_packages(provide(cache, str(tmp_path / "x.tgz")).roots)
    assert package.entry == "./index.js"
    assert "has the script postinstall, which never runs" in package.notes


def test_the_registrys_integrity_is_frozen_and_another_one_is_refused(cache: Cache) -> None:
    source = "npm:is-number@7.0.0"
    provided = provide(cache, source)
    assert provided.facts[source].startswith(
        "sha512-41Cifkg6e8TylSpdtTpeLVMqvSBEVzTttHvERD741+pnZ8ANv0004MRL43QKPDlK9cGvNp6"
    )
    with pytest.raises(NotInCache):
        provide(cache, source, offline=True)
    assert provide(cache, source, locked=dict(provided.facts), offline=True).roots == provided.roots
    with pytest.raises(IntegrityMismatch):
        provide(cache, source, locked={source: "sha512-" + "A" * 86 + "=="})


def test_the_lock_of_a_recipe_has_what_its_packages_bring_and_holds_offline(built: Built, tmp_path: Path) -> None:
    root = write_extension(tmp_path / "e", dependencies={"is-number": "^7.0.0"})
    (root / "index.js").write_text("import 'is-number';\nexport default { preRegistration() {} };\n")
    commit = built.upstream.git("rev-parse", "HEAD")
    given = {"from": "git", "source": str(built.upstream.path), "ref": commit, "version": "3.12.0"}
    recipe = Recipe.of({**given, "extensions": [root]})
    lock = resolve(recipe, cache=built.cache).lock
    assert lock.sections["dependencies"]["node_modules/is-number"].startswith("is-number@7.0.0 sha512-")
    (tmp_path / "ohifbuild.lock").write_text(lock.text())
    locked = read_lock(tmp_path / "ohifbuild.lock")
    assert resolve(recipe, locked=locked, cache=built.cache, offline=True).lock == lock
