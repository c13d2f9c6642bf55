"""The data sources of a recipe: archives with their roots, their token rule and OHIF's options for them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, model_validator

from ohifbuild.config import values
from ohifbuild.config.ohif_names import data_source_options

Access = Literal["token", "session", "token-and-session"]
PresetName = Literal["orthanc", "dcm4chee", "google", "aws", "azure", "static-wado"]

# Lower case, because OHIF's routes ignore the case of a path.
NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
DEFAULT_NAME = "dicomweb"


@dataclass(frozen=True)
class Preset:
    """What is known of a kind of archive: see ``presets.toml``.

    Args:
        title: the archive's name.
        root: a regular expression for an absolute URL of its DICOMweb root; '' allows every one.
        expected: such a URL in words.
        wado_uri: the last part of its WADO-URI root, beside the DICOMweb root; '' if both are the same.
        token_header, token_scheme: None for those of the recipe.
        options: OHIF's options, each with its value and reason.
    """

    title: str
    root: str
    expected: str
    wado_uri: str
    token_header: str | None
    token_scheme: str | None
    options: Mapping[str, Mapping[str, Any]]


@cache
def presets() -> Mapping[str, Preset]:
    """The presets by name."""
    text = files("ohifbuild.config").joinpath("presets.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    common = data.pop("common")
    return {
        name: Preset(
            title=row["title"],
            root=row.get("root", ""),
            expected=row.get("expected", ""),
            wado_uri=row.get("wado_uri", ""),
            token_header=row.get("token_header"),
            token_scheme=row.get("token_scheme"),
            options={**common, **row.get("options", {})},
        )
        for name, row in data.items()
    }


def _name(value: str) -> str:
    if not NAME.fullmatch(value):
        raise ValueError("expected a name for the address /viewer/NAME: a lower-case letter, then letters, digits or -")
    return value


def _root(value: str, info: ValidationInfo) -> str:
    value = values.root(value)
    name = info.data.get("preset")
    preset = presets().get(name or "")
    if preset and preset.root and not value.startswith("/") and not re.fullmatch(preset.root, value):
        raise ValueError(f"the preset {name} has roots such as {preset.expected}, or a path that a proxy sends there")
    return value


Root = Annotated[str, AfterValidator(_root)]
PlainRoot = Annotated[str, AfterValidator(values.root)]


class DataSource(BaseModel):
    """One archive. Field names are the keys of a table ``[[data_sources]]``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, AfterValidator(_name)] = Field(
        description="The source's name in addresses: links to `/viewer/NAME` use it. The first source is also at "
        "`/viewer`."
    )
    preset: PresetName = Field(
        "orthanc",
        description="The kind of archive: it decides OHIF's options, the form of the roots, and header and scheme of "
        "the token.",
    )
    dicomweb_root: Root | None = Field(None, description="The DICOMweb root, if one is enough.")
    qido_root: Root | None = Field(None, description="The root of searches, if it differs.")
    wado_root: Root | None = Field(None, description="The root of images and metadata (WADO-RS), if it differs.")
    wado_uri_root: PlainRoot | None = Field(
        None, description="The root of WADO-URI requests, if it differs; dcm4chee's is beside its `rs`."
    )
    stow_root: PlainRoot | None = Field(
        None, description="The root of uploads. Only GET and HEAD are ever sent to it: the viewer does not upload."
    )
    token_header: Annotated[str, AfterValidator(values.token_header)] | None = Field(
        None, description="The header of this source's token; default: the preset's, else the recipe's."
    )
    token_scheme: Annotated[str, AfterValidator(values.token_scheme)] | None = Field(
        None, description="The word before this source's token; default: the preset's, else the recipe's."
    )
    access: Access = Field(
        "token",
        description="What requests carry. `token`: the link's token, without cookies and sign-in of the browser. "
        "`session`: cookies and sign-in of the browser, and no token. `token-and-session`: both.",
    )
    options: Annotated[dict[str, Any], AfterValidator(data_source_options)] = Field(
        default_factory=dict, description="OHIF's options for this source, in place of the preset's."
    )

    @model_validator(mode="after")
    def _has_roots(self) -> Self:
        if not (self.qido and self.wado):
            raise ValueError(f"'{self.name}' needs dicomweb_root, or both qido_root and wado_root")
        return self

    @property
    def roots(self) -> tuple[str, ...]:
        """All roots without repetition; that of searches is the first."""
        found = (self.qido, self.wado, self.wado_uri, self.stow_root)
        return tuple(dict.fromkeys(root for root in found if root))

    @property
    def qido(self) -> str:
        """The root of searches."""
        return self.qido_root or self.dicomweb_root or ""

    @property
    def wado(self) -> str:
        """The root of WADO-RS."""
        return self.wado_root or self.dicomweb_root or ""

    @property
    def wado_uri(self) -> str:
        """The root of WADO-URI."""
        beside = presets()[self.preset].wado_uri
        if self.wado_uri_root or not beside or not self.wado.endswith("/rs"):
            return self.wado_uri_root or self.wado
        return f"{self.wado.removesuffix('/rs')}/{beside}"


def check_together(sources: tuple[DataSource, ...]) -> tuple[DataSource, ...]:
    """The data sources of a recipe.

    Raises:
        ValueError: two have the same name.
    """
    names = [source.name for source in sources]
    found = [f"two sources have the name '{name}'" for name in dict.fromkeys(names) if names.count(name) > 1]
    if found:
        raise ValueError("; ".join(found))
    return sources
