"""Reads patch folders, and refuses invalid patches before any source is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ohifbuild.core.counts import counted
from ohifbuild.core.documents import parse_toml
from ohifbuild.core.errors import PatchInvalid
from ohifbuild.core.text_files import read_text
from ohifbuild.javascript import syntax
from ohifbuild.patches.rules import Change, Condition, Patch, Upstream
from ohifbuild.releases.ranges import parse_range

FILE = "patch.toml"
LARGEST = 256 * 1024

Matches = Annotated[int, Field(ge=0, le=1000)]
Text = Annotated[str, Field(min_length=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Condition(_Table):
    matches: Matches
    rule: dict[str, Any]
    constraints: dict[str, Any] = {}
    utils: dict[str, Any] = {}


class _Change(_Table):
    files: Annotated[list[Text], Field(min_length=1)]
    releases: Text | None = None
    matches: Annotated[int, Field(ge=1, le=1000)]
    rule: dict[str, Any]
    constraints: dict[str, Any] = {}
    utils: dict[str, Any] = {}
    transform: dict[str, Any] = {}
    fix: str
    after: Annotated[list[_Condition], Field(min_length=1)]


class _Upstream(_Table):
    link: Annotated[str, Field(pattern=r"^https?://\S+$")]
    state: Literal["merged", "open", "moves"]
    about: Text
    since: Text | None = None


class _Patch(_Table):
    name: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    reason: Text
    issues: list[Annotated[str, Field(pattern=r"^https?://\S+$")]] = []
    releases: Text
    upstream: list[_Upstream] = []
    change: Annotated[list[_Change], Field(min_length=1)]


def load_folder(folder: Path) -> tuple[Patch, ...]:
    """Reads every patch in a folder: each subfolder, sorted by name. Skips names that start with a dot or underscore.

    Raises:
        PatchInvalid: the folder has no patches, or a patch is invalid; ``details`` lists every mistake.
    """
    if not folder.is_dir():
        raise PatchInvalid(
            f"The patch folder {folder} does not exist.", cause="It was moved or mistyped.", fix="Correct its path."
        )
    sources = sorted(path / FILE for path in folder.iterdir() if path.is_dir() and path.name[0] not in "._")
    if not sources:
        raise PatchInvalid(
            f"{folder} has no patches.",
            cause=f"A patch is a subfolder that contains {FILE}.",
            fix="Give the folder that contains the patches' folders.",
        )
    mistakes: list[str] = []
    patches = [patch for source in sources if (patch := _load(source, mistakes))]
    if mistakes:
        raise invalid(mistakes)
    return tuple(patches)


def invalid(mistakes: list[str]) -> PatchInvalid:
    """The error for mistakes in patches, one line each."""
    return PatchInvalid(
        f"The patches have {counted(len(mistakes), 'mistake')}.",
        cause="A key in a patch.toml is missing or invalid, or ast-grep cannot use its rule.",
        fix="Correct the mistakes above; docs/explanation/patches.md shows a complete patch.",
        details="\n".join(mistakes),
    )


def _load(source: Path, mistakes: list[str]) -> Patch | None:
    try:
        if source.is_symlink() or source.parent.is_symlink():
            raise ValueError("is a symbolic link; patches must be regular files")
        if source.stat().st_size > LARGEST:
            raise ValueError(f"is larger than {LARGEST // 1024} KiB")
        table = _Patch.model_validate(parse_toml(read_text(source)))
    except ValidationError as error:
        mistakes += [f"{source}: {_key(item['loc'])}: {item['msg']}" for item in error.errors()]
        return None
    except RecursionError:
        mistakes.append(f"{source}: is nested too deeply")
        return None
    except FileNotFoundError:
        mistakes.append(f"{source}: does not exist; every subfolder of a patch folder must be a patch")
        return None
    except (OSError, ValueError) as error:  # includes TOMLDecodeError and UnicodeDecodeError
        mistakes.append(f"{source}: {error}")
        return None
    found = list(_mistakes(table, source))
    if found:
        mistakes += [f"{source}: {mistake}" for mistake in found]
        return None
    return _patch(table, source)


def _patch(table: _Patch, source: Path) -> Patch:
    changes = tuple(
        Change(
            number=number,
            files=tuple(change.files),
            releases=parse_range(change.releases) if change.releases else None,
            rule=_config(change),
            matches=change.matches,
            fix=change.fix,
            after=tuple(Condition(_config(condition), condition.matches) for condition in change.after),
        )
        for number, change in enumerate(table.change, 1)
    )
    issues = tuple(table.issues)
    upstream = tuple(
        Upstream(item.link, item.state, item.about, parse_range(item.since) if item.since else None)
        for item in table.upstream
    )
    return Patch(table.name, table.reason.strip(), issues, parse_range(table.releases), changes, source, upstream)


def _config(table: _Change | _Condition) -> Mapping[str, Any]:
    """ast-grep's part of the configuration, without the keys that are not set."""
    keys = ("rule", "constraints", "utils", "transform")
    return {key: value for key in keys if (value := getattr(table, key, None))}


def _mistakes(table: _Patch, source: Path) -> Iterator[str]:
    if table.name != source.parent.name:
        yield f"name: '{table.name}' differs from the folder's name, '{source.parent.name}'"
    yield from _range_mistakes("releases", table.releases)
    for at, item in enumerate(table.upstream, 1):
        if (item.state == "merged") != bool(item.since):
            yield f"upstream {at}: since: a merged change needs the range of releases that have it, and only such a one"
        elif item.since:
            yield from _range_mistakes(f"upstream {at}: since", item.since)
    for at, change in enumerate(table.change, 1):
        key = f"change {at}"
        if change.releases:
            yield from _range_mistakes(f"{key}: releases", change.releases)
        for name in change.files:
            yield from (f"{key}: files: '{name}' {why}" for why in _path_mistakes(name))
        languages = {language for name in change.files if (language := syntax.language_of(name))}
        yield from _rule_mistakes(f"{key}: rule", _config(change), languages)
        for count, condition in enumerate(change.after, 1):
            yield from _rule_mistakes(f"{key}: after {count}: rule", _config(condition), languages)
        if not any(condition.matches for condition in change.after):
            yield f"{key}: after: requires a condition with matches of 1 or more, to tell the change from lost code"
        known = {name for pattern in syntax.patterns(change.rule) for name in syntax.variables(pattern)}
        known |= {name for pattern in syntax.patterns(change.utils) for name in syntax.variables(pattern)}
        if missing := syntax.variables(change.fix) - known - set(change.transform):
            yield f"{key}: fix: uses ${', $'.join(sorted(missing))}, which the rule does not capture"


def _range_mistakes(key: str, text: str) -> Iterator[str]:
    try:
        parse_range(text)
    except ValueError as error:
        yield f"{key}: {error}"


def _path_mistakes(name: str) -> Iterator[str]:
    """What is wrong with a path: on no system may a patch name a file outside the checkout."""
    path = PurePosixPath(name)
    if path.is_absolute() or "\\" in name or ":" in name or "\0" in name or ".." in path.parts:
        yield "is outside the checkout"
    elif ".git" in path.parts:
        yield "is in git's own folder"
    elif str(path) != name:
        yield f"is not in its shortest form; write {path}"
    elif syntax.language_of(name) is None:
        yield f"must end in one of {', '.join(syntax.LANGUAGES)}"


def _rule_mistakes(key: str, config: Mapping[str, Any], languages: set[str]) -> Iterator[str]:
    for language in sorted(languages):
        try:
            syntax.find(syntax.parse("", language), config)
        except syntax.BadRule as error:
            yield f"{key}: {error}"
            return
        for pattern in syntax.patterns(config):
            if syntax.errors(syntax.parse(pattern, language)):
                yield f"{key}: the pattern '{pattern[:80]}' is not valid {language}; add a context and a selector"
                return


def _key(location: tuple[int | str, ...]) -> str:
    """The location of a mistake, counted from 1: ``('change', 0, 'matches')`` becomes ``change 1: matches``."""
    parts: list[str] = []
    for part in location:
        if isinstance(part, int):
            parts[-1] += f" {part + 1}"
        else:
            parts.append(part)
    return ": ".join(parts)
