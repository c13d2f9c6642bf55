from __future__ import annotations

from pathlib import Path

import pytest

from ohifbuild.config.package_source import PackageSource, check_source, located, parse_source
from ohifbuild.config.recipe import load_recipe
from ohifbuild.core.errors import RecipeError

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("./mine", ("folder", "./mine", "", "")),
        ("file:../mine", ("folder", "../mine", "", "")),
        ("mine-1.0.0.tgz", ("tarball", "mine-1.0.0.tgz", "", "")),
        ("file:./mine.tar.gz", ("tarball", "./mine.tar.gz", "", "")),
        ("npm:mine@1.2.3", ("npm", "mine", "1.2.3", "")),
        ("npm:@clinic/x@1.2.3-beta.1", ("npm", "@clinic/x", "1.2.3-beta.1", "")),
        (f"https://host/x.git#{COMMIT}", ("git", "https://host/x.git", COMMIT, "")),
        (f"git+https://host/x.git#{COMMIT}:packages/x", ("git", "https://host/x.git", COMMIT, "packages/x")),
        (f"git@host:x/y.git#{COMMIT}:a b/c/", ("git", "git@host:x/y.git", COMMIT, "a b/c")),
        (f"../repository#{COMMIT}", ("git", "../repository", COMMIT, "")),
        ("a#b", ("folder", "a#b", "", "")),
    ],
)
def test_a_source_is_read(text: str, expected: tuple[str, str, str, str]) -> None:
    kind, place, version, folder = expected
    assert parse_source(text) == PackageSource(text, kind, place, version, folder)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "expected a folder"),
        ("-x", "expected a folder"),
        ("a\nb", "expected a folder"),
        ("npm:mine", "an exact version"),
        ("npm:mine@^1.0.0", "an exact version"),
        ("npm:mine@latest", "an exact version"),
        ("npm:../x@1.0.0", "an exact version"),
        ("npm:--no-ignore-scripts@1.0.0", "an exact version"),
        ("https://host/x.git", r"git ls-remote https://host/x\.git HEAD"),
        ("https://host/x.git#main", r"git ls-remote https://host/x\.git main"),
        ("https://host/x-1.0.0.tgz", "expected URL#COMMIT"),
        ("https://me:password@host/x.git", r"git ls-remote https://\*\*\*@host/x\.git HEAD"),
        ("git@host:x.git#v1.0.0", "git ls-remote git@host:x.git v1.0.0"),
        (f"https://host/x.git#{COMMIT}:../../etc", "a folder of the repository"),
        (f"https://host/x.git#{COMMIT}:/etc", "a folder of the repository"),
        (f"https://host/x.git#{COMMIT[:12]}", "the 40 digits"),
    ],
)
def test_a_source_that_may_move_or_leads_out_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_source(text)


def test_relative_places_lead_from_the_recipe(tmp_path: Path) -> None:
    assert located("./a", tmp_path) == str(tmp_path / "a")
    assert located("file:./a.tgz", tmp_path) == str(tmp_path / "a.tgz")
    assert located(f"../r#{COMMIT}:p", tmp_path) == f"{tmp_path}/../r#{COMMIT}:p"
    for elsewhere in ("npm:a@1.0.0", f"https://host/x.git#{COMMIT}", "/abs"):
        assert located(elsewhere, tmp_path) == elsewhere


def test_a_folder_without_a_package_and_a_tarball_that_is_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="with a package"):
        check_source(str(tmp_path))
    with pytest.raises(ValueError, match="a tarball that exists"):
        check_source(str(tmp_path / "no.tgz"))


def test_all_wrong_sources_of_a_recipe_are_named(tmp_path: Path) -> None:
    recipe = tmp_path / "ohifbuild.toml"
    recipe.write_text('extensions = ["npm:x", "https://host/x.git#main", "./nowhere"]\n')
    with pytest.raises(RecipeError, match="3 values are invalid") as refusal:
        load_recipe(recipe, {})
    for words in ("an exact version", "git ls-remote https://host/x.git main", "with a package.json"):
        assert words in refusal.value.details
