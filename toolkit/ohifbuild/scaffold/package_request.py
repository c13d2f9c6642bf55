"""What `ohifbuild new` is asked for, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from ohifbuild.core.errors import PackageNotCreated
from ohifbuild.core.paths import is_taken
from ohifbuild.scaffold.names import OHIF_ROUTES, PackageName, name_problems

Kind = Literal["extension", "mode"]
Language = Literal["typescript", "javascript"]
Module = Literal["panel", "viewport", "commands", "toolbar", "sop-class-handler", "hanging-protocol", "data-source"]
MODULES: tuple[Module, ...] = get_args(Module)
# OHIF lets only a mode say which handler makes display sets and which viewport shows them.
SHOWN_BY_MODE = frozenset({"viewport", "sop-class-handler"})


@dataclass(frozen=True)
class PackageRequest:
    """A package to write.

    Args:
        name: its npm name.
        into: the folder to write, which must not exist or be empty.
        kind: an extension or a mode.
        modules: the modules of an extension, in OHIF's words with hyphens.
        language: the language of its source.
    """

    name: PackageName
    into: Path
    kind: Kind
    modules: tuple[Module, ...]
    language: Language

    @property
    def needs_mode(self) -> bool:
        """Whether only a mode of its own can show the extension's modules."""
        return bool(SHOWN_BY_MODE & set(self.modules))

    @property
    def route(self) -> str:
        """The route at which the package shows in a viewer."""
        return self.name.word if self.kind == "mode" or self.needs_mode else "viewer"


def package_request(name: str, into: Path | None, kind: str, modules: tuple[str, ...], language: str) -> PackageRequest:
    """The request, checked as a whole before anything is written.

    Args:
        into: default: a folder in the current one with the package's name, without its scope.
        modules: each may be several, separated by commas.

    Raises:
        PackageNotCreated: something in it is invalid; ``details`` has a line for each problem.
    """
    wanted = list(dict.fromkeys(word.strip() for text in modules for word in text.split(",") if word.strip()))
    if "toolbar" in wanted:
        wanted.append("commands")  # what its button runs
    problems = name_problems(name)
    problems += [f"The kind {kind!r} is neither extension nor mode."] if kind not in get_args(Kind) else []
    problems += [
        f"There is no module {word!r}; the modules are {', '.join(MODULES)}." for word in wanted if word not in MODULES
    ]
    if language not in get_args(Language):
        problems.append(f"The language {language!r} is neither javascript nor typescript.")
    if kind == "mode" and wanted:
        problems.append("A mode has no modules. Leave out --module, or make an extension.")
    if kind == "extension" and not wanted:
        problems.append(f"An extension needs a module: {', '.join(MODULES)}.")
    request = PackageRequest(
        PackageName(name),
        into if into is not None else Path(PackageName(name).base or "."),
        "mode" if kind == "mode" else "extension",
        tuple(module for module in MODULES if module in wanted),
        "javascript" if language == "javascript" else "typescript",
    )
    if not problems:
        problems = _use_problems(request)
    if into is not None or not name_problems(name):
        problems += _folder_problems(request.into)
    if problems:
        raise PackageNotCreated(
            "The package cannot be written as asked.",
            details="\n".join(f"  {problem}" for problem in problems),
            fix="Correct what is listed above. All flags: ohifbuild new --help",
        )
    return request


def _use_problems(request: PackageRequest) -> list[str]:
    """What a valid name cannot be used for: the name of the extension's mode, or a route."""
    if request.kind == "extension" and not request.needs_mode:
        return []
    found = [f"For the package's mode: {problem}" for problem in name_problems(request.name.of_mode.npm)]
    if request.route in OHIF_ROUTES:
        found.append(f"OHIF has the route '{request.route}' already; a mode needs another name.")
    return found


def _folder_problems(folder: Path) -> list[str]:
    if "\0" in str(folder):
        return ["The folder's name has a null character."]
    try:
        if is_taken(folder) and (folder.is_symlink() or not folder.is_dir()):
            return [f"{folder} exists and is not a folder."]
        if folder.is_dir() and any(folder.iterdir()):
            return [f"The folder {folder} is not empty. Choose another one with --into."]
    except OSError as error:
        return [f"The folder {folder} cannot be used: {error.strerror}."]
    return []
