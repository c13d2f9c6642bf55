"""Writes pipelines that build, prove and publish viewers on a CI engine's own runners."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from string import ascii_letters, digits
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

from ohifbuild import __version__
from ohifbuild.config.recipe import RECIPE_NAME
from ohifbuild.core.disk import disk_errors
from ohifbuild.core.errors import PipelineDiffers
from ohifbuild.lock.resolve import lock_path

Engine = Literal["github", "gitlab"]
Publish = Literal["none", "release", "image", "pages"]

PLAIN = frozenset(f"{ascii_letters}{digits}._/-")
# GitLab takes no more files for a cache's key; a lock that is left out costs a slower build, no wrong one.
MOST_KEY_FILES = 2
REQUIREMENT = f"ohifbuild[verify]=={__version__}"
PLACES: dict[Engine, str] = {"github": ".github/workflows/viewer.yml", "gitlab": ".gitlab-ci.yml"}


@dataclass(frozen=True)
class Job:
    """One viewer of the matrix: its recipe, which says release, origin and configuration, and the recipe's lock."""

    name: str
    recipe: str
    lock: str


@dataclass(frozen=True)
class Pipeline:
    """What a pipeline does: which viewers it builds, and where it publishes them."""

    engine: Engine
    jobs: tuple[Job, ...]
    publish: Publish = "release"
    requirement: str = REQUIREMENT

    def __post_init__(self) -> None:
        """
        Raises:
            ValueError: the requirement holds what a shell or the pipeline file would read as something else.
        """
        if not self.requirement or not set(self.requirement) <= PLAIN | set("=@:+~[]"):
            raise ValueError(f"{self.requirement[:60]!r} is not a plain requirement")

    def text(self) -> str:
        """The pipeline file."""
        # Not HTML: the values are names and paths that `jobs_of` has checked to be plain.
        environment = Environment(  # noqa: S701
            loader=PackageLoader("ohifbuild.supply.pipelines"),
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
        return environment.get_template(f"{self.engine}.yml.j2").render(
            pipeline=self,
            names=_listed(job.name for job in self.jobs),
            locks=_listed(job.lock for job in self.jobs[:MOST_KEY_FILES]),
        )

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


def jobs_of(recipes: tuple[Path, ...]) -> tuple[Job, ...]:
    """A job for every recipe.

    Raises:
        ValueError: a recipe's path holds what does not belong in a pipeline file, or two have one name.
    """
    for recipe in recipes:
        if not set(recipe.as_posix()) <= PLAIN or recipe.is_absolute() or ".." in recipe.parts:
            raise ValueError(f"{recipe} is not a plain path inside the repository")
    jobs = tuple(Job(_slug(recipe), recipe.as_posix(), lock_path(recipe).as_posix()) for recipe in recipes)
    if len({job.name for job in jobs}) < len(jobs):
        raise ValueError("two recipes have one name, such as a-b.toml and a/b.toml")
    return jobs


def _listed(words: Iterable[str]) -> str:
    """The inside of a YAML list."""
    return ", ".join(f'"{word}"' for word in words)


def _slug(recipe: Path) -> str:
    """``wards/radiology.toml`` is wards-radiology; a recipe of the usual name is called after its folder."""
    parts = recipe.with_suffix("").parts
    return "-".join(parts[:-1] if len(parts) > 1 and recipe.name == RECIPE_NAME else parts)


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
