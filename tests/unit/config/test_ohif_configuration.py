"""OHIF's own configuration, other origins and the appearance in a recipe: what is refused, and why."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from ohifbuild.config import ohif_names
from ohifbuild.config.branding import COLOURS, hsl
from ohifbuild.config.ohif_names import names
from ohifbuild.config.recipe import Recipe, load_recipe
from ohifbuild.core.errors import RecipeError


@pytest.mark.parametrize("table", ["app_config", "customizations"])
def test_what_confinement_needs_is_refused_by_name_and_reason(table: str) -> None:
    for name, why in names()[table]["refused"].items():
        with pytest.raises(ValueError, match=f"{name} cannot be set: ") as caught:
            getattr(ohif_names, table)({name: []})
        assert why in str(caught.value)


@pytest.mark.parametrize("change", [{"extensions": {"$set": {}}}, {"$merge": {"extensions": {"/dicom-web/x.js": ""}}}])
def test_the_configuration_of_a_mode_cannot_name_further_extensions(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="modesConfiguration cannot set extensions"):
        ohif_names.app_config({"modesConfiguration": {"@ohif/mode-basic": change}})
    ohif_names.app_config({"modesConfiguration": {"@ohif/mode-basic": {"hide": {"$set": True}}}})


@pytest.mark.parametrize("table", ["app_config", "customizations"])
@pytest.mark.parametrize(
    "value",
    [
        {"__proto__": {"oidc": []}},
        {"a": {"b": [{"__proto__": 1}]}},
        {"a": {"constructor": 1}},
        {"a": datetime.date(2020, 1, 1)},
        {"a": [float("nan")]},
        {"a": float("inf")},
    ],
)
def test_what_is_no_plain_json_is_refused(table: str, value: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"app_config|customizations"):
        getattr(ohif_names, table)(value)


@pytest.mark.parametrize("key", ["connect", "embed_in"])
@pytest.mark.parametrize(
    ("origin", "why"),
    [
        ("https://*.portal.example", "without a wildcard"),
        ("*", "without a wildcard"),
        ("http://portal.example", "expected https"),
        ("http://127.0.0.1.evil.example", "expected https"),
        ("https://portal.example/", "no path"),
        ("https://portal.example/x", "no path"),
        ("https://user@portal.example", "no user name"),
        ("https://portal.example; script-src *", "without a wildcard"),
        ("https://portal.example; sandbox", "an origin such as"),
        ("https://a.example https://b.example", "an origin such as"),
        ("'self'", "an origin such as"),
        ("data:", "an origin such as"),
        ("https://a\nb.example", "an origin such as"),
    ],
)
def test_an_origin_that_could_admit_others_is_refused_with_its_reason(key: str, origin: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Recipe.of({key: [origin]})


@pytest.mark.parametrize("key", ["connect", "embed_in"])
def test_an_origin_is_https_or_this_machine(key: str) -> None:
    given = ["https://Portal.example:8443", "http://localhost:9200", "http://127.0.0.1", "http://[::1]:1"]
    assert list(getattr(Recipe.of({key: given}), key)) == [origin.lower() for origin in given]


@pytest.mark.parametrize(
    "branding",
    [
        {"name": "two\nlines"},
        {"contact": "x" * 201},
        {"contact": "\u2028"},
        {"colours": {"primary": "red"}},
        {"colours": {"primary": "#fff;}*{"}},
        {"colours": {"radius": "#fff"}},
        {"logo": "nowhere.png"},
        {"icon": "x.png"},
    ],
)
def test_an_appearance_that_could_be_more_is_refused(branding: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="branding"):
        Recipe.of({"branding": branding})


@pytest.mark.parametrize(
    ("colour", "expected"),
    [("#000000", "0 0% 0%"), ("#fff", "0 0% 100%"), ("#ff0000", "0 100% 50%"), ("#5acce6", "191 74% 63%")],
)
def test_a_colour_becomes_hue_saturation_and_lightness(colour: str, expected: str) -> None:
    assert hsl(colour) == expected
    assert len(set(COLOURS)) == len(COLOURS)


def test_all_bad_input_is_reported_together(tmp_path: Path) -> None:
    path = tmp_path / "ohifbuild.toml"
    (tmp_path / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    path.write_text(
        'embed_in = ["https://*.portal.example"]\n'
        "[app_config]\noidc = []\n"
        '[customizations."ohif.tours"]\n"$set" = []\n'
        '[branding]\nlogo = "logo.svg"\n'
        '[[data_sources]]\nname = "a"\npreset = "google"\ndicomweb_root = "https://pacs.example/x"\n'
    )
    with pytest.raises(RecipeError) as caught:
        load_recipe(path, {})
    lines = caught.value.details.splitlines()
    assert [line.split(": ")[0].rpartition(":")[2] for line in lines] == ["1", "2", "4", "7", "11"]
    assert "it has <script>" in lines[3]
