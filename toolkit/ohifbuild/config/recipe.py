"""The recipe: ``ohifbuild.toml`` and flags, merged and validated once.

Flags win over the file. All problems are collected and reported together, before any work begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from ohifbuild.config import local_paths, ohif_names, recipe_values, values
from ohifbuild.config.app_config_module import app_config_module
from ohifbuild.config.beneath import Reader, beneath_of
from ohifbuild.config.branding import Branding
from ohifbuild.config.data_source import DEFAULT_NAME, DataSource, presets
from ohifbuild.config.modes import Modes
from ohifbuild.config.package_source import check_source, located
from ohifbuild.config.places import overlaps
from ohifbuild.config.recipe_values import DEFAULT_ROOT
from ohifbuild.config.validation_errors import OF_SEVERAL_KEYS, ValidationProblem, problems_in, syntax_problem
from ohifbuild.core.documents import parse_toml
from ohifbuild.core.errors import RecipeError
from ohifbuild.core.text_files import Unreadable, read_text

RECIPE_NAME = "ohifbuild.toml"
LARGEST = 1024 * 1024
"""Bytes of a recipe."""

KEYS = "https://ohifbuild.github.io/ohifbuild/reference/recipe/"


def _text(value: object) -> object:
    return str(value) if isinstance(value, Path) else value


def _app_config_module(value: Path | None) -> Path | None:
    return app_config_module(value) if value else None


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
    output: Annotated[Path, AfterValidator(local_paths.output)] = Field(
        Path("dist"),
        description="The folder to write. It must be absent, empty, or a dist that ohifbuild wrote.",
    )
    public_url: Annotated[str, AfterValidator(values.public_url)] = Field(
        "/",
        description="The path at which the viewer is served. It begins and ends with a slash. No root may be "
        "this path or lie above it.",
    )
    dicomweb_root: Annotated[str, AfterValidator(values.root)] = Field(
        DEFAULT_ROOT,
        description="The archive's DICOMweb root: a path on the viewer's origin, or an http(s) URL. The "
        "token goes to what is below it and nowhere else, so it cannot be `/`.",
    )
    token_roots: tuple[Annotated[str, AfterValidator(values.root)], ...] = Field(
        (),
        description="Further paths or URLs to which the token may go, such as those of `dicom_json` files "
        "and of the images that they name.",
    )
    data_sources: Annotated[tuple[DataSource, ...], AfterValidator(recipe_values.data_sources)] = Field(
        (),
        description="Archives, each a table, instead of `dicomweb_root`: see [data sources](#data-sources).",
    )
    dicom_json: Annotated[str, AfterValidator(recipe_values.dicom_json)] = Field(
        "",
        description="The path of the JSON files that a link may name instead of studies, with `{id}` for "
        "the part that differs: `/orthanc/studies/{id}/ohif-dicom-json` for links of Orthanc's "
        "OHIF plugin. It must be below `dicomweb_root` or one of `token_roots`. If empty, no "
        "link may name a file.",
    )
    token_param: Annotated[str, AfterValidator(recipe_values.token_param)] = Field(
        "token",
        description="The link's parameter that holds the token, in any letter case. It cannot be a name "
        "that OHIF itself reads.",
    )
    token_header: Annotated[str, AfterValidator(values.token_header)] = Field(
        "token",
        description="The header that carries the token. It cannot be one that browsers forbid or that DICOMweb needs.",
    )
    token_scheme: Annotated[str, AfterValidator(values.token_scheme)] = Field(
        "",
        description="The word before the token in the header, such as `Bearer`.",
    )
    token_storage: Literal["tab", "memory"] = Field(
        "tab",
        description="`tab`: the tab's `sessionStorage` keeps the token, so that a reload works. `memory`: "
        "nothing keeps it.",
    )
    media_streaming: StrictBool = Field(
        True,
        description="Whether videos and sound play while they arrive, by a service worker of the viewer. It "
        "needs https or localhost, and an archive that answers range requests. If not, each is downloaded first.",
    )
    priors: Literal["never", "exact", "ohif"] = Field(
        "never",
        description="Whether the viewer may search for the patient's other studies. `never`: no such search "
        "leaves the browser. `exact`: one search without wildcards, whose answers are compared "
        "again. `ohif`: as stock OHIF does.",
    )
    archive_first: StrictBool = Field(
        True,
        description="Whether the page asks the archive for what OHIF will ask first while OHIF is still loading: see "
        "[performance](../explanation/performance.md#the-archive-is-asked-first). Nothing is asked twice.",
    )
    preview_image: StrictBool = Field(
        True,
        description="Whether the page shows the link's first image, marked as a preview, until OHIF has loaded and "
        "shows it. It needs `archive_first`: see "
        "[performance](../explanation/performance.md#a-preview-of-the-first-image).",
    )
    study_list: StrictBool = Field(False, description="Whether the worklist may search the archive.")
    connect: tuple[Annotated[str, AfterValidator(values.origin)], ...] = Field(
        (),
        description="Further origins that the page may load from, always without the token: fonts, the services of "
        "an extension. No wildcards and no paths.",
    )
    touch_layout: StrictBool = Field(
        True,
        description="Whether the viewer mode has [a layout of its own on phones and tablets](../how-to/phones.md). "
        "`false`: OHIF's layout everywhere.",
    )
    embed_in: tuple[Annotated[str, AfterValidator(values.origin)], ...] = Field(
        (),
        description="Origins of portals that may show the viewer in a frame, besides its own. No wildcards.",
    )
    app_config: Annotated[dict[str, Any], AfterValidator(ohif_names.app_config)] = Field(
        default_factory=dict,
        description="Further keys of OHIF's `window.config`; each replaces ohifbuild's. Keys that confinement needs "
        "are refused.",
    )
    customizations: Annotated[dict[str, Any], AfterValidator(ohif_names.customizations)] = Field(
        default_factory=dict,
        description="OHIF's customizations by id, such as `[customizations.sortingCriteria]`. Those that would lift "
        "confinement are refused.",
    )
    app_config_module: Annotated[Path | None, AfterValidator(_app_config_module)] = Field(
        None,
        description="A JavaScript or TypeScript file whose default export is merged into `window.config`, after "
        "`app_config`: for functions. It is code with the rights of the viewer.",
    )
    modes: Modes | None = Field(None, description="Which modes the viewer has: see [modes](#modes).")
    branding: Branding = Field(
        default_factory=lambda: Branding.model_validate({}),
        description="The viewer's appearance: see [branding](#branding).",
    )
    source: str = Field(
        "",
        description="OHIF's git repository, a fork or a mirror: an https or ssh URL, or a folder. If empty, "
        "OHIF's own.",
    )
    ref: str = Field(
        "",
        description="A tag, branch or commit to build instead of the release's own. It overrides the pin.",
    )
    patches: tuple[Annotated[Path, AfterValidator(local_paths.patches)], ...] = Field(
        (),
        description="Folders of further patches, for builds from source.",
    )
    extensions: tuple[Annotated[str, BeforeValidator(_text), AfterValidator(check_source)], ...] = Field(
        (),
        description="Further extension or mode packages: folders, tarballs, `npm:NAME@VERSION`, or "
        "`URL#COMMIT:FOLDER` of a git repository.",
    )
    typecheck: StrictBool | Literal["warn"] = Field(
        "warn",
        description="What TypeScript errors do in packages that are compiled in. `warn`: they are shown when the "
        "packages are compiled. `true`: they refuse the build. `false`: nobody looks for them.",
    )
    allow_missing: tuple[Annotated[str, AfterValidator(recipe_values.missing_name)], ...] = Field(
        (),
        description="Exports that packages import and that the release does not have: `MODULE NAME` each, such as "
        "`@ohif/ui useModal`. They are undefined then, instead of an error. The build and the report name each.",
    )
    workspace: Path | None = Field(
        None,
        description="A workspace of OHIF's own tools: the folder of its `ohif.config.json` or `pluginConfig.json`. "
        "What it says is used where the recipe says nothing.",
    )
    claims: tuple[Annotated[Path, AfterValidator(local_paths.claims)], ...] = Field(
        (),
        description="Tests of packages that the proof runs too: files or folders, in Python. They run with your "
        "rights: see [claims of your own](../how-to/test-an-extension.md#claims-of-your-own).",
    )
    verify: StrictBool = Field(True, description="Whether to verify the dist before it is put in place.")
    minify: StrictBool = Field(True, description="Whether to minify OHIF's scripts and styles.")

    @model_validator(mode="after")
    def _has_separate_places(self) -> Self:
        found = overlaps(self.public_url, (root for source in self.sources for root in self.roots_of(source)))
        if found:
            moved = "data_sources" if self.data_sources else "dicomweb_root"
            key = moved if self.public_url == "/" else "public_url"
            raise PydanticCustomError(OF_SEVERAL_KEYS, "{error}", {"key": key, "error": "; ".join(found)})
        return self

    @property
    def sources(self) -> tuple[DataSource, ...]:
        """The archives; the first is the default."""
        if self.data_sources:
            return self.data_sources
        return (DataSource.model_validate({"name": DEFAULT_NAME, "dicomweb_root": self.dicomweb_root}),)

    def token_rule(self, source: DataSource) -> tuple[str, str]:
        """Header and scheme of a source's token: its own, else the preset's, else the recipe's."""
        preset = presets()[source.preset]
        header = source.token_header or preset.token_header or self.token_header
        of_preset = None if source.token_header else preset.token_scheme
        scheme = next(text for text in (source.token_scheme, of_preset, self.token_scheme) if text is not None)
        return header, scheme

    def roots_of(self, source: DataSource) -> tuple[str, ...]:
        """The roots of a source; those in ``token_roots`` belong to the default one."""
        more = self.token_roots if source == self.sources[0] else ()
        return tuple(dict.fromkeys((*source.roots, *more)))

    def notes(self) -> tuple[str, ...]:
        """Warnings about values that are valid but unusual, one sentence or two each."""
        found = []
        for header, scheme in dict.fromkeys(self.token_rule(source) for source in self.sources):
            if "_" in header:
                found.append(f"nginx drops headers with an underscore, such as {header}, by default.")
            if header.lower() == "authorization" and not scheme:
                found.append(
                    "Few servers accept an Authorization header without a scheme. Most require token_scheme = Bearer."
                )
        for url in dict.fromkeys(root for source in self.sources for root in self.roots_of(source)):
            root = values.ROOT_URL.fullmatch(url)
            if root and root["scheme"] == "http" and root["host"] not in values.LOOPBACK:
                found.append(f"Tokens and images are sent to {url} without encryption. Use https to protect them.")
        if self.priors == "ohif":
            found.append(
                "With priors = 'ohif' the viewer searches for the patient's other studies, as stock OHIF does."
            )
        return tuple(found)

    @classmethod
    def of(cls, given: Mapping[str, object]) -> Self:
        """A recipe from values that are known to be valid.

        Raises:
            pydantic.ValidationError: they are not.
        """
        return cls.model_validate(dict(given))


def load_recipe(path: Path | None, flags: Mapping[str, object], read_workspace: Reader | None = None) -> Recipe:
    """The recipe in a file, with ``flags`` in place of what the file says.

    Args:
        path: a TOML file; None for ``ohifbuild.toml`` in the current folder, if it exists. Relative paths in the file
            are relative to its folder.
        flags: values by field name of ``Recipe``.
        read_workspace: reads the workspace that the recipe names; if None, the workspace is ignored.

    Raises:
        RecipeError: the file cannot be read or a value is invalid; ``details`` has a line for each problem.
    """
    if path is None and Path(RECIPE_NAME).is_file():
        path = Path(RECIPE_NAME)
    text = _read(path) if path else ""
    written = _parse(path, text) if path else {}
    given = {("from" if name == "origin" else name): value for name, value in flags.items()}
    chosen = {**_relative_to(path, written), **given}
    beneath = beneath_of(chosen, read_workspace)
    try:
        return Recipe.model_validate(beneath.under(chosen))
    except ValidationError as error:
        raise _refusal(problems_in(error, Recipe, path, text, given, beneath.locations(chosen))) from error


def _read(path: Path) -> str:
    try:
        return read_text(path, longest=LARGEST)
    except Unreadable as error:
        raise RecipeError(
            f"The recipe {path} cannot be read: {error}.",
            cause="The path is mistyped, the file cannot be read by you, or an editor saved it in another way.",
            fix=f"Name an existing file with --recipe, or leave it out to use {RECIPE_NAME} or the defaults.",
        ) from error


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return parse_toml(text)
    except ValueError as error:
        raise _refusal([syntax_problem(path, error)]) from error


def _relative_to(path: Path | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """The file's values, with relative paths resolved against its folder."""
    if path is None:
        return dict(given)
    moved = dict(given)
    for key in ("output", "workspace", "app_config_module"):
        if isinstance(given.get(key), str):
            moved[key] = path.parent / given[key]
    for key in ("patches", "claims"):
        if isinstance(given.get(key), list):
            moved[key] = [path.parent / item if isinstance(item, str) else item for item in given[key]]
    if isinstance(given.get("extensions"), list):
        moved["extensions"] = [
            located(item, path.parent) if isinstance(item, str) else item for item in given["extensions"]
        ]
    if isinstance(given.get("branding"), dict):
        images = {key: item for key, item in given["branding"].items() if key in ("logo", "favicon")}
        here = {key: path.parent / item if isinstance(item, str) else item for key, item in images.items()}
        moved["branding"] = {**given["branding"], **here}
    return moved


def _refusal(problems: list[ValidationProblem]) -> RecipeError:
    many = f"{len(problems)} values are invalid" if len(problems) > 1 else "One value is invalid"
    return RecipeError(
        f"{many} in the recipe or the flags.",
        details="\n".join(f"  {problem}" for problem in problems),
        fix=f"Correct what is listed above. All flags: ohifbuild build --help; all keys: {KEYS}",
    )
