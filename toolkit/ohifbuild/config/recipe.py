"""The recipe: ``ohifbuild.toml`` and flags, merged and validated once.

Flags win over the file. All problems are collected and reported together, before any work begins.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, ValidationError, ValidationInfo

from ohifbuild.config.reserved_names import DICOMWEB_HEADERS, FORBIDDEN_HEADERS, OHIF_PARAMETERS
from ohifbuild.config.validation_errors import ValidationProblem, problems_in, syntax_problem
from ohifbuild.contract.place import below
from ohifbuild.core.errors import RecipeError

RECIPE_NAME = "ohifbuild.toml"

# Narrower than RFC 9110's token, so that it can stand in any server's configuration.
HEADER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*/?")
# The whole value has to match: urlsplit would drop line breaks and accept the rest.
ROOT_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<path>(?:/[^/].*)?)"
)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


def _public_url(value: str) -> str:
    if not (value.startswith("/") and value.endswith("/")):
        raise ValueError("expected a path that begins and ends with a slash, such as / or /ohif/")
    _require_plain_path(value)
    return value


def _root(value: str) -> str:
    if "?" in value or "#" in value:
        raise ValueError("expected no query and no fragment")
    value = value.rstrip("/")
    if not value:
        raise ValueError("expected more than '/': the token would go to every path of the server")
    if value.startswith("/") and not value.startswith("//"):
        _require_plain_path(value)
        return value
    if "@" in value:
        raise ValueError("expected no user name or password: everyone who opens the viewer could read them")
    found = ROOT_URL.fullmatch(value)
    if not found or not 0 < int(found["port"] or 80) < 65536:
        raise ValueError("expected a path such as /dicom-web, or a URL such as https://pacs.example/dicom-web")
    if not found["path"]:
        raise ValueError("expected a path after the host, such as /dicom-web: the token would go to everything there")
    _require_plain_path(found["path"])
    return value


def _dicom_json(value: str, info: ValidationInfo) -> str:
    if not value:
        return value
    if value.count("{id}") != 1 or "/{id}/" not in f"{value}/" or not value.startswith("/") or value.endswith("/"):
        raise ValueError("expected a path with {id} for one part of it, such as /orthanc/studies/{id}/ohif-dicom-json")
    _require_plain_path(value.replace("{id}", "id"))
    roots = (info.data.get("dicomweb_root", ""), *info.data.get("token_roots", ()))
    if not any(below(value, root) for root in roots):
        raise ValueError("expected a path under dicomweb_root or one of token_roots")
    return value


def _require_plain_path(path: str) -> None:
    if not PLAIN_PATH.fullmatch(path) or {".", ".."} & set(path.split("/")):
        raise ValueError("expected a plain path: letters, digits and . _ ~ - between single slashes, no '..'")


def _token_param(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,63}", value):
        raise ValueError("expected a plain name: a letter, then letters, digits, _ or -")
    if value.lower() in OHIF_PARAMETERS:
        raise ValueError(f"expected another name: OHIF itself reads '{value}'")
    return value


def _token_header(value: str) -> str:
    name = value.lower()
    if not HEADER_NAME.fullmatch(value):
        raise ValueError("expected a header name: letters, digits and -")
    if name in FORBIDDEN_HEADERS or name.startswith(("sec-", "proxy-")):
        raise ValueError(f"expected another header: browsers forbid scripts to set '{value}'")
    if name in DICOMWEB_HEADERS:
        raise ValueError(f"expected another header: DICOMweb requests use '{value}' themselves")
    return value


def _token_scheme(value: str) -> str:
    if value and not HEADER_NAME.fullmatch(value):
        raise ValueError("expected an authentication scheme such as Bearer, or nothing")
    return value


def _output(value: Path) -> Path:
    if str(value).startswith("~"):
        raise ValueError("expected a path without ~, which only a shell expands")
    if "\0" in str(value):
        raise ValueError("expected a path without a null character")
    here = Path.cwd()
    if value.resolve() in (Path("/"), Path.home().resolve(), here, *here.parents):
        raise ValueError("expected a folder other than the root, your home, the current folder and those above it")
    return value


def _extension(value: Path) -> Path:
    if not (value / "package.json").is_file():
        raise ValueError("expected the folder of an npm package, with a package.json")
    return value


def _patches(value: Path) -> Path:
    if not value.is_dir():
        raise ValueError("expected a folder of patches")
    return value


class Recipe(BaseModel):
    """What to build. Field names are the keys of ``ohifbuild.toml``, except ``origin``, which is ``from`` there."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    version: str = Field(
        "v3-stable",
        description="A channel (`v3-stable`, `v3-latest`, `v3-beta`) or a release such as `3.13.2`. "
        "`ohifbuild releases` lists the pinned ones. Any other published version works too: its "
        "integrity comes from the registry, and a note says so.",
    )
    origin: Literal["auto", "git", "published"] = Field(
        "auto",
        alias="from",
        description="Where the viewer comes from. `git`: OHIF's source. `published`: the release on npm. "
        "`auto`: git if its remote answers, else published.",
    )
    output: Annotated[Path, AfterValidator(_output)] = Field(
        Path("dist"),
        description="The folder to write. It must be absent, empty, or a dist that ohifbuild wrote.",
    )
    public_url: Annotated[str, AfterValidator(_public_url)] = Field(
        "/",
        description="The path at which the viewer is served. It begins and ends with a slash.",
    )
    dicomweb_root: Annotated[str, AfterValidator(_root)] = Field(
        "/dicom-web",
        description="The archive's DICOMweb root: a path on the viewer's origin, or an http(s) URL. The "
        "token goes to what is below it and nowhere else, so it cannot be `/`.",
    )
    token_roots: tuple[Annotated[str, AfterValidator(_root)], ...] = Field(
        (),
        description="Further paths or URLs to which the token may go, such as those of `dicom_json` files "
        "and of the images that they name.",
    )
    dicom_json: Annotated[str, AfterValidator(_dicom_json)] = Field(
        "",
        description="The path of the JSON files that a link may name instead of studies, with `{id}` for "
        "the part that differs: `/orthanc/studies/{id}/ohif-dicom-json` for links of Orthanc's "
        "OHIF plugin. It must be below `dicomweb_root` or one of `token_roots`. If empty, no "
        "link may name a file.",
    )
    token_param: Annotated[str, AfterValidator(_token_param)] = Field(
        "token",
        description="The link's parameter that holds the token, in any letter case. It cannot be a name "
        "that OHIF itself reads.",
    )
    token_header: Annotated[str, AfterValidator(_token_header)] = Field(
        "token",
        description="The header that carries the token. It cannot be one that browsers forbid or that DICOMweb needs.",
    )
    token_scheme: Annotated[str, AfterValidator(_token_scheme)] = Field(
        "",
        description="The word before the token in the header, such as `Bearer`.",
    )
    token_storage: Literal["tab", "memory"] = Field(
        "tab",
        description="`tab`: the tab's `sessionStorage` keeps the token, so that a reload works. `memory`: "
        "nothing keeps it.",
    )
    priors: Literal["never", "exact", "ohif"] = Field(
        "never",
        description="Whether the viewer may search for the patient's other studies. `never`: no such search "
        "leaves the browser. `exact`: one search without wildcards, whose answers are compared "
        "again. `ohif`: as stock OHIF does.",
    )
    study_list: StrictBool = Field(False, description="Whether the worklist may search the archive.")
    source: str = Field(
        "",
        description="OHIF's git repository, a fork or a mirror: an https or ssh URL, or a folder. If empty, "
        "OHIF's own.",
    )
    ref: str = Field(
        "",
        description="A tag, branch or commit to build instead of the release's own. It overrides the pin.",
    )
    patches: tuple[Annotated[Path, AfterValidator(_patches)], ...] = Field(
        (),
        description="Folders of further patches, for builds from source.",
    )
    extensions: tuple[Annotated[Path, AfterValidator(_extension)], ...] = Field(
        (),
        description="Folders of further extension or mode packages.",
    )
    verify: StrictBool = Field(True, description="Whether to verify the dist before it is put in place.")
    minify: StrictBool = Field(True, description="Whether to minify OHIF's scripts and styles.")

    def notes(self) -> tuple[str, ...]:
        """Warnings about values that are valid but unusual, one sentence or two each."""
        found = []
        if "_" in self.token_header:
            found.append(f"nginx drops headers with an underscore, such as {self.token_header}, by default.")
        for url in (self.dicomweb_root, *self.token_roots):
            root = ROOT_URL.fullmatch(url)
            if root and root["scheme"] == "http" and root["host"] not in LOOPBACK:
                found.append(f"Tokens and images are sent to {url} without encryption. Use https to protect them.")
        if self.token_header.lower() == "authorization" and not self.token_scheme:
            found.append(
                "Few servers accept an Authorization header without a scheme. Most require token_scheme = Bearer."
            )
        if self.priors == "ohif":
            found.append(
                "With priors = 'ohif' the viewer searches for the patient's other studies, as stock OHIF does."
            )
        return tuple(found)

    @classmethod
    def of(cls, values: Mapping[str, object]) -> Self:
        """A recipe from values that are known to be valid.

        Raises:
            pydantic.ValidationError: they are not.
        """
        return cls.model_validate(dict(values))


def load_recipe(path: Path | None, flags: Mapping[str, object]) -> Recipe:
    """The recipe in a file, with ``flags`` in place of what the file says.

    Args:
        path: a TOML file; None for ``ohifbuild.toml`` in the current folder, if it exists. Relative paths in the file
            are relative to its folder.
        flags: values by field name of ``Recipe``.

    Raises:
        RecipeError: the file cannot be read or a value is invalid; ``details`` has a line for each problem.
    """
    if path is None and Path(RECIPE_NAME).is_file():
        path = Path(RECIPE_NAME)
    text = _read(path) if path else ""
    values = _parse(path, text) if path else {}
    given = {("from" if name == "origin" else name): value for name, value in flags.items()}
    try:
        return Recipe.model_validate({**_relative_to(path, values), **given})
    except ValidationError as error:
        raise _refusal(problems_in(error, Recipe, path, text, given)) from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "it is not UTF-8 text"
        raise RecipeError(
            f"The recipe {path} cannot be read: {reason}.",
            cause="The path is mistyped, or you have no permission to read the file.",
            fix=f"Name an existing file with --recipe, or leave it out to use {RECIPE_NAME} or the defaults.",
        ) from error


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _refusal([syntax_problem(path, error)]) from error


def _relative_to(path: Path | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """The file's values, with relative paths resolved against its folder."""
    if path is None:
        return dict(values)
    moved = dict(values)
    if isinstance(values.get("output"), str):
        moved["output"] = path.parent / values["output"]
    for key in ("extensions", "patches"):
        if isinstance(values.get(key), list):
            moved[key] = [path.parent / item if isinstance(item, str) else item for item in values[key]]
    return moved


def _refusal(problems: list[ValidationProblem]) -> RecipeError:
    many = f"{len(problems)} values are invalid" if len(problems) > 1 else "One value is invalid"
    return RecipeError(
        f"{many} in the recipe or the flags.",
        details="\n".join(f"  {problem}" for problem in problems),
        fix="Correct what is listed above. All keys and flags: ohifbuild build --help",
    )
