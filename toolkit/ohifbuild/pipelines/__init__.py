"""Writes pipelines that build, prove and publish viewers on a CI engine's own runners."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

from ohifbuild import __version__
from ohifbuild.cache import disk_errors
from ohifbuild.errors import PipelineDiffers

Engine = Literal["github", "gitlab"]
Origin = Literal["published", "git"]
Publish = Literal["none", "release", "pages"]

PLACES: dict[Engine, str] = {"github": ".github/workflows/viewer.yml", "gitlab": ".gitlab-ci.yml"}


@dataclass(frozen=True)
class Job:
    """One viewer of the matrix: a recipe, and the origin it is built from."""

    name: str
    recipe: str
    origin: Origin


@dataclass(frozen=True)
class Pipeline:
    """What a pipeline does: which viewers it builds, and where it publishes them."""

    engine: Engine
    jobs: tuple[Job, ...]
    publish: Publish = "release"
    requirement: str = f"ohifbuild=={__version__}"

    def text(self) -> str:
        """The pipeline file."""
        # Not HTML: the values are names and paths that `jobs_of` has checked to be plain.
        environment = Environment(  # noqa: S701
            loader=PackageLoader("ohifbuild.pipelines"),
            block_start_string="<%",
            block_end_string="%>",
            variable_start_string="<<",
            variable_end_string=">>",
            comment_start_string="<#",
            comment_end_string="#>",
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        return environment.get_template(f"{self.engine}.yml.j2").render(pipeline=self)

    def write(self, repository: Path) -> Path:
        """Puts the file where the engine looks for it.

        Raises:
            PipelineDiffers: a different one is there already; ``details`` shows the difference.
        """
        path = repository / PLACES[self.engine]
        text = self.text()
        if path.exists():
            _refuse_to_overwrite(path, text)
        with disk_errors(repository):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return path


def jobs_of(recipes: tuple[Path, ...], origins: tuple[Origin, ...]) -> tuple[Job, ...]:
    """Every recipe with every origin.

    Raises:
        ValueError: a recipe's path holds what does not belong in a pipeline file.
    """
    for recipe in recipes:
        if not set(recipe.as_posix()) <= PLAIN or recipe.is_absolute() or ".." in recipe.parts:
            raise ValueError(f"{recipe} is not a plain path inside the repository")
    return tuple(
        Job(name=f"{_slug(recipe)}-{origin}", recipe=recipe.as_posix(), origin=origin)
        for recipe in recipes
        for origin in origins
    )


PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-")


def _slug(recipe: Path) -> str:
    return "-".join(recipe.with_suffix("").parts)


def _refuse_to_overwrite(path: Path, text: str) -> None:
    present = path.read_text(encoding="utf-8")
    if present == text:
        return
    lines = difflib.unified_diff(present.splitlines(), text.splitlines(), "present", "proposed", lineterm="")
    raise PipelineDiffers(
        f"{path} exists and differs from what ohifbuild would write.",
        cause="It was changed by hand, or written for other recipes.",
        fix=f"Merge the difference by hand, or remove {path} and run the command again.",
        details="\n".join(lines),
    )
