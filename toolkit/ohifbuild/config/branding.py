"""The appearance of the viewer in a recipe: name, logo, favicon, colours, and whom people may call."""

from __future__ import annotations

import colorsys
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from ohifbuild.config.images import Image, read_image

COLOUR = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
# The custom properties of OHIF's style sheet (ui-next, 3.10 to 3.13), as `hue saturation% lightness%`.
COLOURS = (
    "accent", "accent-foreground", "background", "border", "card", "card-foreground", "destructive", "foreground",
    "highlight", "input", "muted", "muted-foreground", "neutral", "neutral-dark", "neutral-light", "popover",
    "popover-foreground", "primary", "primary-foreground", "ring", "secondary", "secondary-foreground",
)  # fmt: skip


def _line(value: str) -> str:
    if len(value) > 200 or not value.isprintable() or value != value.strip():
        raise ValueError("expected one line of plain text, at most 200 characters")
    return value


def _colours(value: dict[str, str]) -> dict[str, str]:
    found = [f"{name} is unknown" for name in value if name not in COLOURS]
    found += [f"{name} is not a colour such as #1a5fb4" for name, text in value.items() if not COLOUR.fullmatch(text)]
    if found:
        raise ValueError(f"{'; '.join(found)}; the known names are {', '.join(COLOURS)}")
    return value


def _logo(value: Any) -> Image | None:
    return None if value is None else read_image(value, "logo")


def _favicon(value: Any) -> Image | None:
    return None if value is None else read_image(value, "favicon")


A_PATH = WithJsonSchema({"type": "string"})
Line = Annotated[str, AfterValidator(_line)]


class Branding(BaseModel):
    """The appearance. Field names are the keys of the table ``[branding]``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Line = Field(
        "", description="The page's title, and the viewer's header if there is no logo; default: OHIF's."
    )
    logo: Annotated[Image | None, BeforeValidator(_logo), A_PATH] = Field(
        None, description="The path of the logo in the viewer's header: SVG, PNG, JPEG or WebP, at most 512 KiB."
    )
    favicon: Annotated[Image | None, BeforeValidator(_favicon), A_PATH] = Field(
        None, description="The path of the icon in the browser's tab, as for `logo`."
    )
    colours: Annotated[dict[str, str], AfterValidator(_colours)] = Field(
        default_factory=dict, description="OHIF's colours by name, such as `primary`, each as `#RRGGBB`."
    )
    contact: Line = Field("", description="Whom to call: a line of plain text that the viewer's messages end with.")

    @property
    def images(self) -> tuple[Image, ...]:
        """The images that belong into the dist."""
        return tuple(image for image in (self.logo, self.favicon) if image)


def hsl(colour: str) -> str:
    """A colour as OHIF's custom properties have it: ``214 98% 60%``.

    Args:
        colour: such as ``#1a5fb4`` or ``#abc``.
    """
    digits = colour.removeprefix("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    return f"{hue * 360:.0f} {saturation * 100:.0f}% {lightness * 100:.0f}%"
