"""Several archives in a recipe: their roots, their token, their options, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ohifbuild.config.data_source import presets
from ohifbuild.config.ohif_names import data_source_options, names
from ohifbuild.config.recipe import Recipe, load_recipe
from ohifbuild.core.errors import RecipeError

ROOTS = {
    "orthanc": "/orthanc/dicom-web",
    "dcm4chee": "https://pacs.example/dcm4chee-arc/aets/DCM4CHEE/rs",
    "google": "https://healthcare.googleapis.com/v1/projects/p/locations/l/datasets/d/dicomStores/s/dicomWeb",
    "aws": "https://dicom-medical-imaging.eu-west-1.amazonaws.com/datastore/0123456789abcdef0123456789abcdef",
    "azure": "https://ward-dicom.dicom.azurehealthcareapis.com/v2",
    "static-wado": "/files/dicomweb",
}


def recipe(*sources: dict[str, Any], **keys: Any) -> Recipe:
    return Recipe.of({"data_sources": list(sources), **keys})


def refusal(folder: Path, text: str) -> str:
    path = folder / "ohifbuild.toml"
    path.write_text(text)
    with pytest.raises(RecipeError) as caught:
        load_recipe(path, {})
    return caught.value.details


@pytest.mark.parametrize("preset", sorted(ROOTS))
def test_a_preset_takes_the_root_of_its_archive_and_a_path_that_a_proxy_rewrites(preset: str) -> None:
    for root in (ROOTS[preset], "/pacs"):
        (source,) = recipe({"name": "a", "preset": preset, "dicomweb_root": root}).sources
        assert source.roots[0] == root


def test_every_preset_is_tried() -> None:
    assert set(ROOTS) == set(presets())


@pytest.mark.parametrize("preset", [name for name, preset in presets().items() if preset.root])
@pytest.mark.parametrize(
    "root",
    [
        "https://pacs.example/dicom-web",
        "https://pacs.example/dcm4chee-arc/aets/DCM4CHEE",
        "https://healthcare.googleapis.com/v1/projects/p/locations/l/datasets/d/dicomStores/s",
        "https://healthcare.googleapis.com.evil.example/v1/projects/p/locations/l/datasets/d/dicomStores/s/dicomWeb",
        "https://dicom-medical-imaging.eu-west-1.amazonaws.com/datastore/short",
        "https://ward.dicom.azurehealthcareapis.com/v3",
    ],
)
def test_a_preset_refuses_a_root_that_it_cannot_have_and_names_the_form(preset: str, root: str, tmp_path: Path) -> None:
    text = f'[[data_sources]]\nname = "a"\npreset = "{preset}"\ndicomweb_root = "{root}"\n'
    assert f"the preset {preset} has roots such as {presets()[preset].expected}" in refusal(tmp_path, text)


def test_dcm4chees_wado_uri_is_beside_its_rs_and_separate_roots_win() -> None:
    first, second = recipe(
        {"name": "a", "preset": "dcm4chee", "dicomweb_root": ROOTS["dcm4chee"]},
        {"name": "b", "qido_root": "/q", "wado_root": "/w", "wado_uri_root": "/u", "stow_root": "/s"},
    ).sources
    assert first.roots == (ROOTS["dcm4chee"], "https://pacs.example/dcm4chee-arc/aets/DCM4CHEE/wado")
    assert second.roots == ("/q", "/w", "/u", "/s")


def test_the_token_rule_is_the_sources_else_the_presets_else_the_recipes() -> None:
    wanted = recipe(
        {"name": "a", "preset": "azure", "dicomweb_root": ROOTS["azure"]},
        {"name": "b", "dicomweb_root": "/b"},
        {"name": "c", "preset": "google", "dicomweb_root": "/c", "token_header": "x-token"},
        {"name": "d", "dicomweb_root": "/d", "token_scheme": ""},
        token_header="key",
        token_scheme="Key",
    )
    assert [wanted.token_rule(source) for source in wanted.sources] == [
        ("Authorization", "Bearer"),
        ("key", "Key"),
        ("x-token", "Key"),
        ("key", ""),
    ]


def test_the_short_form_is_one_archive_of_orthanc() -> None:
    (source,) = Recipe.of({"dicomweb_root": "/orthanc/dicom-web"}).sources
    assert (source.name, source.preset, source.roots) == ("dicomweb", "orthanc", ("/orthanc/dicom-web",))


def test_further_roots_of_the_token_belong_to_the_first_archive() -> None:
    wanted = recipe({"name": "a", "dicomweb_root": "/a"}, {"name": "b", "dicomweb_root": "/b"}, token_roots=["/files"])
    assert [wanted.roots_of(source) for source in wanted.sources] == [("/a", "/files"), ("/b",)]


SOURCE = '[[data_sources]]\nname = "a"\ndicomweb_root = "/a"\n'


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ('dicomweb_root = "/x"\n' + SOURCE, 2, "either dicomweb_root, for one archive, or data_sources"),
        (SOURCE + SOURCE, 1, "two sources have the name 'a'"),
        ('[[data_sources]]\nname = "a"\nqido_root = "/q"\n', 1, "needs dicomweb_root, or both qido_root and wado_root"),
        ('[[data_sources]]\nname = "A"\ndicomweb_root = "/a"\n', 2, "expected a name for the address /viewer/NAME"),
        (SOURCE + 'acces = "token"\n', 4, "did you mean 'access'?"),
        (SOURCE + 'access = "cookie"\n', 4, "expected one of token, session, token-and-session"),
        (SOURCE + '[[data_sources]]\nname = "b"\nwado_root = "/"\n', 6, "data_sources 2 wado_root is '/'"),
        (SOURCE + 'token_header = "Cookie"\n', 4, "expected another header"),
        (SOURCE + "[data_sources.options]\nsupportsWildcrd = true\n", 4, "did you mean 'supportsWildcard'?"),
        (SOURCE + 'options = { supportsWildcard = "yes" }\n', 4, "supportsWildcard must be true or false"),
    ],
)
def test_a_mistake_in_a_source_is_placed_and_explained(text: str, line: int, why: str, tmp_path: Path) -> None:
    found = refusal(tmp_path, text)
    assert f"ohifbuild.toml:{line}: " in found
    assert why in found


def test_a_source_without_roots_is_placed_by_its_own_line_beside_other_mistakes(tmp_path: Path) -> None:
    found = refusal(tmp_path, "verify = 7\n" + SOURCE + '[[data_sources]]\nname = "b"\n')
    assert "ohifbuild.toml:1: verify is 7" in found
    assert "ohifbuild.toml:5: data_sources 2 is {'name': 'b'}; 'b' needs dicomweb_root" in found


def test_a_word_that_is_like_no_other_gets_no_suggestion(tmp_path: Path) -> None:
    assert "did you mean" not in refusal(tmp_path, SOURCE + 'access = "cookies"\n')


def test_all_mistakes_of_all_sources_are_reported_together(tmp_path: Path) -> None:
    source = '[[data_sources]]\nname = "A"\npreset = "google"\ndicomweb_root = "https://pacs.example/x"\n'
    assert len(refusal(tmp_path, source + source + 'embed_in = ["https://*.example"]\n').splitlines()) == 5


@pytest.mark.parametrize("name", sorted(names()["data_source"]["refused"]))
def test_an_option_that_would_lift_confinement_is_refused_by_name_and_reason(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} cannot be set: {names()['data_source']['refused'][name][:20]}"):
        data_source_options({name: True})


def test_json_files_of_links_need_one_root() -> None:
    source = {"name": "a", "dicomweb_root": "/a"}
    assert recipe(source, dicom_json="/a/{id}/x").dicom_json == "/a/{id}/x"
    with pytest.raises(ValueError, match="expected one root for the first of data_sources"):
        recipe({**source, "wado_uri_root": "/u"}, dicom_json="/a/{id}/x")
