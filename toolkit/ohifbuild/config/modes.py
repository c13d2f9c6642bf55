"""Which modes a viewer has, and in which order: the table ``[modes]`` of a recipe."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

ROUTE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
LINKS = "viewer"
"""The route at which links are opened."""


def _routes(value: tuple[str, ...]) -> tuple[str, ...]:
    wrong = [text for text in value if not ROUTE.fullmatch(text)]
    if wrong:
        raise ValueError(f"expected routes such as tmtv, as in /tmtv: letters, digits, _ and -; not {wrong[0][:70]!r}")
    twice = sorted({text for text in value if value.count(text) > 1})
    if twice:
        raise ValueError(f"expected each route once: {', '.join(twice)}")
    return value


def _hidden(value: tuple[str, ...]) -> tuple[str, ...]:
    if LINKS in value:
        raise ValueError(f"expected other routes than {LINKS}: links are opened there")
    return _routes(value)


class Modes(BaseModel):
    """The modes. Field names are the keys of the table ``[modes]``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    on: Annotated[tuple[str, ...], AfterValidator(_routes)] = Field(
        (),
        description="The routes of the modes that the viewer has, in the order in which the study list offers them; "
        "default: all. `viewer` is always one of them.",
    )
    hide: Annotated[tuple[str, ...], AfterValidator(_hidden)] = Field(
        (), description="The routes of modes that the study list does not offer; their addresses work."
    )
