from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ohifbuild.config.recipe import Recipe, load_recipe
from ohifbuild.core.errors import RecipeError


def refusal(path: Path | None = None, **flags: object) -> str:
    with pytest.raises(RecipeError) as caught:
        load_recipe(path, flags)
    return caught.value.details


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, text: str) -> Path:
    path = folder / "ohifbuild.toml"
    path.write_text(text)
    return path


def test_nothing_at_all_is_a_recipe(folder: Path) -> None:
    assert load_recipe(None, {}) == Recipe.of({})


def test_the_file_here_is_found_and_flags_win(folder: Path) -> None:
    write(folder, 'version = "3.13.2"\nfrom = "published"\npriors = "exact"\n')
    recipe = load_recipe(None, {"priors": "ohif"})
    assert (recipe.version, recipe.origin, recipe.priors) == ("3.13.2", "published", "ohif")


def test_paths_in_the_file_are_seen_from_its_folder(folder: Path) -> None:
    package = folder / "ward" / "mine"
    package.mkdir(parents=True)
    (package / "package.json").write_text("{}")
    path = write(folder / "ward", 'output = "viewer"\nextensions = ["mine"]\n')
    recipe = load_recipe(path, {})
    assert recipe.output == folder / "ward" / "viewer"
    assert recipe.extensions == (str(package),)


def test_all_mistakes_are_reported_together_with_their_lines(folder: Path) -> None:
    path = write(
        folder,
        'versoin = "3.12.0"\n'
        'priors = "nevr"\n'
        'token_param = "StudyInstanceUIDs"\n'
        'token_header = "Cookie"\n'
        'public_url = "ohif"\n'
        "verify = 7\n",
    )
    lines = refusal(path, dicomweb_root="https://user:secret@host/dicom-web").splitlines()
    assert len(lines) == 7
    text = "\n".join(lines)
    assert f"{path}:1: the key 'versoin' is unknown, did you mean 'version'?" in text
    assert f"{path}:2: priors is 'nevr'; expected one of never, exact, ohif, did you mean 'never'?" in text
    assert f"{path}:3: token_param" in text
    assert f"{path}:4: token_header" in text
    assert f"{path}:5: public_url" in text
    assert f"{path}:6: verify is 7; expected true or false" in text
    assert "--dicomweb-root: " in text


def test_mistakes_have_the_order_of_the_file_after_those_of_flags(folder: Path) -> None:
    path = write(folder, 'verify = 7\ntoken_header = "Cookie"\npriors = "nevr"\nversoin = 3\n')
    places = [line.strip().split(": ")[0] for line in refusal(path, public_url="ohif").splitlines()]
    assert places == ["--public-url", *(f"{path}:{number}" for number in (1, 2, 3, 4))]


def test_the_refusal_names_the_page_of_all_keys_and_the_list_of_flags(folder: Path) -> None:
    with pytest.raises(RecipeError) as caught:
        load_recipe(write(folder, "verify = 7\n"), {})
    assert "reference/recipe/" in caught.value.fix
    assert "ohifbuild build --help" in caught.value.fix


def test_a_file_that_is_no_toml_is_placed_by_line_and_column(folder: Path) -> None:
    path = write(folder, 'version = "3.12.0"\npriors = = 3\n')
    assert f"{path}:2:10: invalid TOML" in refusal(path)


def test_a_recipe_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(RecipeError, match=r"none\.toml cannot be read"):
        load_recipe(folder / "none.toml", {})


@pytest.mark.parametrize(
    "value",
    [
        "",
        "ohif",
        "/ohif",
        "ohif/",
        "/../",
        "/a/../b/",
        "//",
        "/a//b/",
        "/a?b/",
        "/a#/",
        "/a b/",
        "/%2e%2e/",
        "/é/",
        "/'\"/",
    ],
)
def test_a_public_url_that_is_no_plain_folder_is_refused(folder: Path, value: str) -> None:
    assert "public_url" in refusal(public_url=value) or "public-url" in refusal(public_url=value)


@pytest.mark.parametrize("value", ["/", "/ohif/", "/a/b-c/d.e/"])
def test_a_plain_folder_is_a_public_url(folder: Path, value: str) -> None:
    assert load_recipe(None, {"public_url": value}).public_url == value


@pytest.mark.parametrize(
    "value",
    [
        "", "/", "dicom-web", "//host/x", "ftp://host/x", "https://u:p@host/x", "https://u@host/x", "https://host/x?y",
        "https://ho\nst/x", "https://host/a\r\nb", "\thttps://host/x", "https://host:0/x", "https://-/x",
        "https:\\\\host\\x", "https://host//x", "https://host/x;y", "/x?",
        "https://host/x#y", "/x?y", "/x#y", "/../x", "https://host", "https://host:99999/x", "https://ho st/x", "https:///x",
        "https://host/a'b", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_a_dicomweb_root_that_could_lead_the_token_astray_is_refused(folder: Path, value: str) -> None:
    assert "dicomweb-root" in refusal(dicomweb_root=value)


@pytest.mark.parametrize("value", ["https://user:secret@host/d", "https://u:x/secret@y@host/d", "//u:secret@host/d"])
def test_credentials_that_do_not_belong_there_are_not_repeated(folder: Path, value: str) -> None:
    text = refusal(dicomweb_root=value)
    assert "no user name or password" in text
    assert "secret" not in text


@pytest.mark.parametrize(
    "value", ["/dicom-web", "/orthanc/dicom-web", "https://pacs.example:8443/dicom-web", "http://[::1]:8042/dicom-web"]
)
def test_a_path_or_a_url_is_a_dicomweb_root_and_loses_its_last_slash(folder: Path, value: str) -> None:
    assert load_recipe(None, {"dicomweb_root": value + "/"}).dicomweb_root == value


@pytest.mark.parametrize(
    "value",
    [
        "studyInstanceUIDs",
        "URL",
        "mrn",
        "configUrl",
        "code",
        "customization",
        "debug",
        "a b",
        "",
        "1a",
        "to&ken",
        "token\n",
    ],
)
def test_a_token_parameter_that_ohif_reads_or_that_is_no_name_is_refused(folder: Path, value: str) -> None:
    assert "token-param" in refusal(token_param=value)


@pytest.mark.parametrize(
    "value", ["Cookie", "Sec-Fetch-Mode", "proxy-x", "Accept", "Range", "a b", "token\n", "a:b", "", "tök", "x\r\ny"]
)
def test_a_header_that_browsers_or_dicomweb_do_not_leave_us_is_refused(folder: Path, value: str) -> None:
    assert "token-header" in refusal(token_header=value)


def test_a_header_that_nginx_would_drop_is_noted(folder: Path) -> None:
    assert "nginx" in load_recipe(None, {"token_header": "my_token"}).notes()[0]


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"dicomweb_root": "http://pacs.example/dicom-web"}, "without encryption"),
        ({"token_header": "Authorization"}, "Bearer"),
        ({"priors": "ohif"}, "other studies"),
    ],
)
def test_what_is_allowed_but_unwise_is_noted(folder: Path, values: dict[str, object], word: str) -> None:
    assert [word in note for note in load_recipe(None, values).notes()] == [True]


@pytest.mark.parametrize(
    "values", [{}, {"dicomweb_root": "http://localhost:8042/dicom-web"}, {"dicomweb_root": "https://pacs.example/d"}]
)
def test_what_is_usual_needs_no_note(folder: Path, values: dict[str, object]) -> None:
    assert load_recipe(None, values).notes() == ()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("version = 3.12", "expected a string in quotes"),
        ('study_list = "yes"', "expected true or false"),
        ('extensions = "mine"', "expected a list"),
        ("output = 3", "expected a path in quotes"),
        ("[build]", "the key 'build' is unknown"),
    ],
)
def test_a_value_of_the_wrong_kind_is_explained_in_the_words_of_toml(folder: Path, line: str, expected: str) -> None:
    assert expected in refusal(write(folder, line + "\n"))


@pytest.mark.parametrize("value", [".", "..", "/", "here/..", "~/viewer", "a\0b"])
def test_an_output_that_would_replace_more_than_a_dist_is_refused(folder: Path, value: str) -> None:
    assert "--output: " in refusal(output=Path(value))


def test_an_extension_that_is_not_there_and_an_output_that_is_home_are_refused(folder: Path) -> None:
    text = refusal(extensions=[Path("nowhere")], output=Path.home())
    assert "--extension: " in text
    assert "--output: " in text


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_whatever_is_accepted_is_safe_to_write_into_html_scripts_and_server_configuration(
    path: str, header: str, param: str
) -> None:
    accepted = []
    for name, value in (
        ("public_url", f"/{path}/"),
        ("dicomweb_root", f"/{path}"),
        ("dicomweb_root", f"https://{path}/x"),
        ("dicomweb_root", f"https://host/{path}"),
        ("token_header", header),
        ("token_param", param),
    ):
        try:
            accepted.append(str(getattr(Recipe.of({name: value}), name)))
        except ValueError:
            continue
    assert not set("".join(accepted)) & set('<>"\\{};\r\n \t&?#')


@pytest.mark.parametrize(
    "value", ["/orthanc/studies/{id}/x", "/dicom-web/{id}{id}", "/dicom-web/a", "dicom-web/{id}", "/dicom-web/../{id}"]
)
def test_a_path_of_json_files_lies_under_a_root_and_has_one_part_that_differs(value: str) -> None:
    with pytest.raises(ValidationError):
        Recipe.of({"dicom_json": value})
    assert Recipe.of({"dicom_json": "/dicom-web/{id}/x"}).dicom_json == "/dicom-web/{id}/x"
