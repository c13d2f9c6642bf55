"""What is to be deployed, and where to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from ohifbuild.config.recipe import Recipe
from ohifbuild.config.validation_errors import problems_in
from ohifbuild.contract.settings import Settings, read_settings
from ohifbuild.core.errors import DeployUnsuitable, DistInvalid
from ohifbuild.deploy.options import PLAIN_FILE, DeployOptions, Kind
from ohifbuild.deploy.orthanc_settings import SettingsUnusable, existing_settings
from ohifbuild.viewer.manifest import read_manifest

MARKER = "ohifbuild-deploy.json"
"""By this file a folder is known to be a deployment of ours."""

ORTHANC_PORT = 8042


@dataclass(frozen=True)
class Plan:
    """A dist, how it was built, and how it is to be served.

    Args:
        place: the folder as the server will see it.
        existing: the settings of the Orthanc that exists.
    """

    kind: Kind
    dist: Path
    settings: Settings
    options: DeployOptions
    place: PurePosixPath
    digest: str
    existing: Mapping[str, Any]

    @property
    def public_url(self) -> str:
        """The path of the viewer, with a slash at both ends."""
        return self.settings.public_url

    @property
    def root(self) -> str:
        """The path of the DICOMweb root on the viewer's origin.

        Raises:
            DeployUnsuitable: the dist talks to an archive at another origin.
        """
        if not urlsplit(self.settings.dicomweb_root).netloc:
            return self.settings.dicomweb_root
        raise DeployUnsuitable(
            f"{self.dist} talks to the archive at {self.settings.dicomweb_root} by itself.",
            cause=f"With {self.kind}, viewer and archive have one origin.",
            fix="Move it first: ohifbuild move DIST --dicomweb-root /dicom-web; or deploy it as: static",
        )

    @property
    def passed_on(self) -> tuple[tuple[str, str], ...]:
        """Each path that goes to the archive, and what it is there: the DICOMweb root first, then the token's others.

        These are rewritten as that is: with /orthanc/dicom-web at /dicom-web, /orthanc/studies is at /studies.
        """
        here, there = self.root.split("/"), self.archive_root.split("/")
        while len(here) > 1 and len(there) > 1 and here[-1] == there[-1]:
            here, there = here[:-1], there[:-1]
        before, instead = "/".join(here), "/".join(there)
        others = [root for root in self.settings.roots[1:] if not urlsplit(root).netloc]
        moved = [
            instead + root.removeprefix(before) if f"{root}/".startswith(f"{before}/") else root for root in others
        ]
        return ((self.root, self.archive_root), *zip(others, moved, strict=True))

    @property
    def port(self) -> int:
        """Where the web server, or Orthanc itself, listens without TLS."""
        own = int(self.existing.get("HttpPort", ORTHANC_PORT)) if self.kind.startswith("orthanc") else 80
        return self.options.port or own

    @property
    def tls_port(self) -> int:
        """Where it listens with TLS."""
        return self.options.tls_port or 443

    @property
    def origin(self) -> str:
        """The viewer's scheme, host and port as its users see them."""
        host = "localhost" if self.options.host == "_" else self.options.host
        scheme, port, usual = ("https", self.tls_port, 443) if self.options.certificate else ("http", self.port, 80)
        return f"{scheme}://{host}" + ("" if port == usual else f":{port}")

    @property
    def archive(self) -> str:
        """The archive as the web server reaches it."""
        return self.options.archive or f"http://127.0.0.1:{self.existing.get('HttpPort', ORTHANC_PORT)}"

    @property
    def archive_origin(self) -> str:
        """The archive's scheme, host and port."""
        parts = urlsplit(self.archive)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def archive_root(self) -> str:
        """The archive's own DICOMweb root; the dist's unless the options name another one."""
        return urlsplit(self.archive).path.rstrip("/") or self.root


@dataclass(frozen=True)
class Folder:
    """What a deployment consists of.

    Args:
        viewer: where the dist goes in the folder (POSIX path), or '' for nowhere.
        texts: files by their POSIX path.
        steps: what remains to be done, each a sentence or a command.
        private: names of files that only their owner may read.
        kept: names of files that stay as they are when a deployment is written anew, those of users included.
    """

    viewer: str
    texts: Mapping[str, str]
    steps: tuple[str, ...]
    private: frozenset[str] = field(default=frozenset())
    kept: frozenset[str] = field(default=frozenset())


def plan(kind: Kind, dist: Path, target: Path, options: DeployOptions) -> Plan:
    """The plan for a finished dist.

    Raises:
        DistInvalid: it is none, or was tampered with.
        DeployUnsuitable: the options cannot be meant; ``details`` lists every mistake.
    """
    digest = read_manifest(dist).digest
    settings = _checked(dist, read_settings(dist))
    mistakes = options.mistakes(kind)
    existing: dict[str, Any] = {}
    if options.orthanc_settings:
        try:
            existing = existing_settings(options.orthanc_settings)
        except SettingsUnusable as error:
            mistakes.append(f"orthanc-settings: {error}")
    place = options.installed_at or PurePosixPath(target.absolute())
    if not mistakes and not PLAIN_FILE.fullmatch(str(place)):
        mistakes = [f"{place}: expected a folder whose path has plain characters only, or --installed-at"]
    if mistakes:
        raise DeployUnsuitable(
            "This deployment cannot be meant.",
            details="\n".join(f"  {mistake}" for mistake in mistakes),
            fix="Correct what is said above.",
        )
    return Plan(kind, dist, settings, options, place, digest, existing)


def _checked(dist: Path, settings: Settings) -> Settings:
    """The settings, which go into the configuration of servers, if a recipe could have asked for them."""
    told = {
        "public_url": settings.public_url,
        "dicomweb_root": settings.dicomweb_root,
        "token_roots": settings.roots[1:],
        "token_header": settings.token_header,
        "token_scheme": settings.token_scheme,
        "token_param": settings.token_param,
    }
    try:
        Recipe.of(told)
    except ValidationError as error:
        raise DistInvalid(
            f"{dist} tells its viewer what no recipe can ask for.",
            cause="Its index.html was changed after it was built.",
            fix="Build it again: ohifbuild build",
            details="\n".join(f"  {mistake}" for mistake in problems_in(error, Recipe, None, "", told)),
        ) from error
    return settings


def rendered(template: str, **values: object) -> str:
    """The template of this name, filled.

    The values are paths, URLs and header values that were checked to be plain by ``plan``, or made by us; nothing is
    HTML.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined  # here, as every command would wait for it

    environment = Environment(  # noqa: S701
        loader=PackageLoader("ohifbuild.deploy"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(**values)
