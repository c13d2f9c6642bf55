"""Writes CI pipelines that build, verify and publish viewers."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import ascii_letters, digits
from typing import Literal

from ohifbuild import __version__
from ohifbuild.config.recipe import RECIPE_NAME
from ohifbuild.core.disk import place_errors
from ohifbuild.core.errors import PipelineDiffers
from ohifbuild.core.text_templates import text_templates
from ohifbuild.lock.lock_file import lock_path

Engine = Literal["github", "gitlab"]
Publish = Literal["none", "release", "image", "pages"]

PLAIN = frozenset(f"{ascii_letters}{digits}._/-")
# GitLab allows at most two files in a cache key. A lock that is left out makes a build slower, not wrong.
MOST_KEY_FILES = 2
REQUIREMENT = f"ohifbuild[verify]=={__version__}"
PIPELINE_PATHS: dict[Engine, str] = {"github": ".github/workflows/viewer.yml", "gitlab": ".gitlab-ci.yml"}


@dataclass(frozen=True)
class Job:
    """One viewer of the matrix: the paths of its recipe and of the recipe's lock."""

    name: str
    recipe: str
    lock: str


@dataclass(frozen=True)
class Pipeline:
    """A pipeline: the viewers that it builds, and where it publishes them.

    Args:
        npm_scripts: scripts of the repository's ``package.json`` that must pass first; for GitHub.
    """

    engine: Engine
    jobs: tuple[Job, ...]
    publish: Publish = "release"
    requirement: str = REQUIREMENT
    npm_scripts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """
        Raises:
            ValueError: the requirement has characters with a special meaning in a shell or in the pipeline file.
        """
        if not self.requirement or not set(self.requirement) <= PLAIN | set("=@:+~[]"):
            raise ValueError(f"{self.requirement[:60]!r} is not a plain requirement")

    def text(self) -> str:
        """The text of the pipeline file."""
        # The values are names and paths that `jobs_of` has checked.
        templates = text_templates("ohifbuild.supply.pipelines")
        return templates.get_template(f"{self.engine}.yml.j2").render(
            pipeline=self,
            actions=pinned_actions(),
            names=_listed(job.name for job in self.jobs),
            locks=_listed(job.lock for job in self.jobs[:MOST_KEY_FILES]),
        )

    def write(self, repository: Path) -> Path:
        """Writes the file to the engine's path in ``repository``; returns that path.

        Raises:
            PipelineDiffers: a different file exists; ``details`` shows the difference.
            CacheUnusable, DiskFull: the file cannot be written.
        """
        path = repository / PIPELINE_PATHS[self.engine]
        text = self.text()
        with place_errors(path):
            if path.exists():
                _refuse_to_overwrite(path, text)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return path


def jobs_of(recipes: tuple[Path, ...]) -> tuple[Job, ...]:
    """A job for every recipe; the paths are relative to the repository.

    Raises:
        ValueError: a recipe's path has characters with a special meaning or leads out of the repository, or two recipes
            have the same name.
    """
    for recipe in recipes:
        if not set(recipe.as_posix()) <= PLAIN or recipe.is_absolute() or ".." in recipe.parts:
            raise ValueError(f"{recipe} is not a plain path inside the repository")
    jobs = tuple(Job(_slug(recipe), recipe.as_posix(), lock_path(recipe).as_posix()) for recipe in recipes)
    if len({job.name for job in jobs}) < len(jobs):
        raise ValueError("two recipes have the same name, such as a-b.toml and a/b.toml")
    return jobs


def _listed(words: Iterable[str]) -> str:
    """The items of a YAML list."""
    return ", ".join(f'"{word}"' for word in words)


def _slug(recipe: Path) -> str:
    """A job's name: ``wards-radiology`` for ``wards/radiology.toml``; the folder's name for the default recipe name."""
    parts = recipe.with_suffix("").parts
    return "-".join(parts[:-1] if len(parts) > 1 and recipe.name == RECIPE_NAME else parts)


def _refuse_to_overwrite(path: Path, text: str) -> None:
    present = path.read_text(encoding="utf-8")
    if present == text:
        return
    lines = difflib.unified_diff(present.splitlines(), text.splitlines(), "present", "proposed", lineterm="")
    raise PipelineDiffers(
        f"{path} exists and differs from the file that ohifbuild would write.",
        cause="Somebody changed it by hand, or it was written for other recipes.",
        fix=f"Merge the difference by hand, or remove {path} and run the command again.",
        details="\n".join(lines),
    )


def pinned_actions() -> dict[str, str]:
    """Each GitHub action of ``actions.toml`` as a workflow's ``uses`` names it, with its version in a comment.

    An action is pinned by its commit, so a workflow runs the code that was reviewed even if somebody moves the tag.
    """
    table = tomllib.loads((files(__package__) / "actions.toml").read_text(encoding="utf-8"))
    return {name: f"{name}@{pin['commit']} # {pin['version']}" for name, pin in table.items()}
