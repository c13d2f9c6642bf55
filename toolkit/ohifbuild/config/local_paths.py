"""Checks the paths on this machine that a recipe names; each check gives the path back."""

from __future__ import annotations

from pathlib import Path

from ohifbuild.core.paths import is_file, is_folder


def output(value: Path) -> Path:
    """Checks the folder that a build writes."""
    if str(value).startswith("~"):
        raise ValueError("expected a path without ~, which only a shell expands")
    if "\0" in str(value):
        raise ValueError("expected a path without a null character")
    here = Path.cwd()
    try:
        found = value.resolve()
    except (OSError, RuntimeError) as error:  # Python 3.11 raises RuntimeError for links in a circle
        raise ValueError("expected a path whose symbolic links do not lead in a circle") from error
    if found in (Path("/"), Path.home().resolve(), here, *here.parents):
        raise ValueError("expected a folder other than the root, your home, the current folder and those above it")
    return value


def claims(value: Path) -> Path:
    """Checks a package's tests: a file or a folder."""
    if not (is_folder(value) or (value.suffix == ".py" and is_file(value))):
        raise ValueError("expected a file of tests in Python, or a folder of them")
    return value


def patches(value: Path) -> Path:
    """Checks a folder of patches."""
    if not is_folder(value):
        raise ValueError("expected a folder of patches")
    return value
