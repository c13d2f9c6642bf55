"""Checks a dist and the user's options, and plans the deployment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from ohifbuild.config.recipe import Recipe
from ohifbuild.config.validation_errors import problems_in
from ohifbuild.contract.settings import Settings, read_settings
from ohifbuild.core.errors import DeployUnsuitable, DistInvalid
from ohifbuild.deploy.deployment import Plan
from ohifbuild.deploy.options import IGNORED_OPTIONS, PLAIN_FILE, DeployOptions, Kind
from ohifbuild.deploy.orthanc_settings import SettingsUnusable, existing_settings
from ohifbuild.viewer.manifest import read_manifest


def plan(kind: Kind, dist: Path, target: Path, options: DeployOptions) -> Plan:
    """The plan for a finished dist.

    Raises:
        DistInvalid: the folder is not a finished dist, or its settings were changed.
        DeployUnsuitable: the options are invalid; ``details`` lists every error.
    """
    digest = read_manifest(dist).digest
    settings = _checked(dist, read_settings(dist))
    errors = options.errors(kind)
    existing: dict[str, Any] = {}
    if options.orthanc_settings:
        try:
            existing = existing_settings(options.orthanc_settings)
        except SettingsUnusable as error:
            errors.append(f"orthanc-settings: {error}")
    errors.extend(_outside(settings, options.prefix_stripped))
    errors.extend(_unnamed(settings, options.archive_urls() if not errors else {}, kind))
    folder = options.installed_at or PurePosixPath(target.absolute())
    if not errors and not PLAIN_FILE.fullmatch(str(folder)):
        errors = [f"{folder}: expected a path of letters, digits and ._/@+- only, or --installed-at"]
    planned = Plan(kind, dist, settings, options, folder, digest, existing)
    errors = errors or _shared(planned)
    if errors:
        raise DeployUnsuitable(
            "The options of this deployment are invalid.",
            details="\n".join(f"  {error}" for error in errors),
            fix="Correct the options listed above.",
        )
    return planned


def _unnamed(settings: Settings, urls: Mapping[str, str], kind: Kind) -> list[str]:
    """A line for each further archive on the viewer's origin without a URL, and for each URL of no such archive."""
    here = [source.name for source in settings.further if any(not urlsplit(root).netloc for root in source.roots)]
    one_only = "archives" in IGNORED_OPTIONS[kind]
    why = f"{kind} serves one archive only" if one_only else "name it with --archive {}=URL"
    return [
        *(f"archive: the viewer also has the archive {name}; {why.format(name)}" for name in here if name not in urls),
        *(f"archive: the viewer has no further archive {name} on its own origin" for name in urls if name not in here),
    ]


def _shared(plan: Plan) -> list[str]:
    """A line for each path of several archives: a web server cannot tell whose requests they are, and whose token."""
    found: dict[str, set[tuple[str, str, bool]]] = {}
    for place in plan.places:
        there = (place.origin or plan.archive_origin, place.target, place.session)
        found.setdefault(place.path, set()).add(there)
    return [
        f"archive: {path} is a root of several archives that differ; give each a root of its own"
        for path, archives in found.items()
        if len(archives) > 1
    ]


def _outside(settings: Settings, prefix: str) -> list[str]:
    """A line for each path of the dist that is not below the prefix that a proxy strips."""
    paths = [settings.public_url, *(root for root in settings.all_roots if not urlsplit(root).netloc)]
    return [
        f"prefix-stripped: {path} is not below {prefix}; move the dist first: ohifbuild move"
        for path in paths
        if prefix and not path.startswith(f"{prefix}/")
    ]


def _checked(dist: Path, settings: Settings) -> Settings:
    """The settings, if a recipe can contain them: they go into the configuration of servers, so they must be plain."""
    values: dict[str, Any] = {}
    try:
        for source in settings.sources:
            values = {
                "public_url": settings.public_url,
                "dicomweb_root": source.roots[0],
                "token_roots": source.roots[1:],
                "token_header": source.token_header,
                "token_scheme": source.token_scheme,
                "token_param": settings.token_param,
                "connect": settings.connect,
                "embed_in": settings.embed_in,
            }
            Recipe.of(values)
    except ValidationError as error:
        raise DistInvalid(
            f"{dist} has settings that no recipe allows.",
            cause="Its index.html was changed after it was built.",
            fix="Build it again: ohifbuild build",
            details="\n".join(f"  {problem}" for problem in problems_in(error, Recipe, None, "", values)),
        ) from error
    return settings
