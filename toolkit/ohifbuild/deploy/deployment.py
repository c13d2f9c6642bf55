"""The plan of a deployment, its contents, and the templates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from ohifbuild import __version__
from ohifbuild.config.recipe import Recipe
from ohifbuild.config.validation_errors import problems_in
from ohifbuild.contract import link, tokens
from ohifbuild.contract.settings import Settings, read_settings
from ohifbuild.core.digests import digest_of
from ohifbuild.core.errors import DeployUnsuitable, DistInvalid
from ohifbuild.deploy.options import PLAIN_FILE, DeployOptions, Kind
from ohifbuild.deploy.orthanc_settings import SettingsUnusable, existing_settings
from ohifbuild.server.archive_paths import paths_at_archive
from ohifbuild.viewer.manifest import read_manifest

MARKER = "ohifbuild-deploy.json"
"""The file that marks a folder as a deployment that ohifbuild wrote."""

ORTHANC_PORT = 8042

SINGLE = "viewer"
"""The name of a deployment for any host at the usual ports."""

LONGEST_NAME = 18
"""In names of variables: with its usual settings, nginx 1.22 does not start with one of more than 46 letters."""


@dataclass(frozen=True)
class Plan:
    """A dist, its settings, and how it is served.

    Args:
        kind: the kind of server.
        dist: the dist's folder.
        settings: the dist's settings.
        options: the user's options.
        server_folder: the deployment's folder on the server.
        digest: the dist's digest.
        existing: the settings of an existing Orthanc; empty for none.
    """

    kind: Kind
    dist: Path
    settings: Settings
    options: DeployOptions
    server_folder: PurePosixPath
    digest: str
    existing: Mapping[str, Any]

    @property
    def public_url(self) -> str:
        """The path of the viewer in browsers, with a slash at both ends."""
        return self.settings.public_url

    @property
    def local_url(self) -> str:
        """The path of the viewer in the requests that the server gets, with a slash at both ends."""
        return self._local(self.public_url)

    def _local(self, path: str) -> str:
        """A path as the server gets it, from the proxy that strips its beginning."""
        return path.removeprefix(self.options.prefix_stripped)

    @property
    def release(self) -> str:
        """The name of the folder for these files of the viewer, which no other files of a viewer have.

        Configurations name this folder. So a server that has not yet read its new configuration goes on serving the
        files that its policy was written for.
        """
        return digest_of(self.digest, self.options.prefix_stripped, __version__)[:12]

    @property
    def www(self) -> str:
        """The POSIX path in the deployment that a web server serves as its root."""
        return f"www/{self.release}"

    @property
    def name(self) -> str:
        """What distinguishes this deployment from others on one server: its host, and its port unless it is usual."""
        host = "" if self.options.host == "_" else re.sub(r"[^A-Za-z0-9.]+", "-", self.options.host).strip("-")
        port = str(self.options.tls_port or self.options.port or "")
        return self.options.name or "-".join(filter(None, [host or SINGLE, port]))

    @property
    def variables(self) -> str:
        """The first part of its names in configurations that all deployments on a server share."""
        if self.name == SINGLE:
            return "ohifbuild"
        name = re.sub("[^A-Za-z0-9]", "_", self.name)
        return f"ohifbuild_{name if len(name) <= LONGEST_NAME else digest_of(self.name)[:8]}"

    @property
    def root(self) -> str:
        """The path of the DICOMweb root on the viewer's origin.

        Raises:
            DeployUnsuitable: the dist uses an archive at another origin.
        """
        if not urlsplit(self.settings.dicomweb_root).netloc:
            return self.settings.dicomweb_root
        raise DeployUnsuitable(
            f"{self.dist} connects directly to the archive at {self.settings.dicomweb_root}.",
            cause=f"With {self.kind}, viewer and archive have the same origin.",
            fix="Move it first: ohifbuild move DIST --dicomweb-root /dicom-web; or use the kind static.",
        )

    @property
    def archive_paths(self) -> tuple[tuple[str, str], ...]:
        """The paths of requests that go to the archive, each with its path there; the DICOMweb root comes first."""
        pairs = paths_at_archive((self.root, *self.settings.roots[1:]), self.archive_root)
        return tuple((self._local(path), target) for path, target in pairs.items())

    @property
    def port(self) -> int:
        """The port on which the web server, or Orthanc itself, listens without TLS."""
        own = int(self.existing.get("HttpPort", ORTHANC_PORT)) if self.kind.startswith("orthanc") else 80
        return self.options.port or own

    @property
    def tls_port(self) -> int:
        """The port on which it listens with TLS."""
        return self.options.tls_port or 443

    @property
    def origin(self) -> str:
        """The viewer's origin in its users' browsers."""
        if self.options.behind_proxy:
            return self.options.public_origin or f"https://{self.options.host}"
        host = "localhost" if self.options.host == "_" else self.options.host
        scheme, port, usual = ("https", self.tls_port, 443) if self.options.certificate else ("http", self.port, 80)
        return f"{scheme}://{host}" + ("" if port == usual else f":{port}")

    @property
    def secure(self) -> bool:
        """Whether browsers reach the viewer over HTTPS."""
        return self.origin.startswith("https:")

    @property
    def behind_local_proxy(self) -> bool:
        """Whether the only clients are proxies on the same machine."""
        addresses = self.options.behind_proxy
        return bool(addresses) and all(ip_network(address).is_loopback for address in addresses)

    @property
    def archive(self) -> str:
        """The archive's URL as the web server uses it."""
        return self.options.archive or f"http://127.0.0.1:{self.existing.get('HttpPort', ORTHANC_PORT)}"

    @property
    def archive_origin(self) -> str:
        """The archive's scheme, host and port."""
        parts = urlsplit(self.archive)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def archive_root(self) -> str:
        """The path of the DICOMweb root at the archive; the same as the dist's unless the options name another one."""
        return urlsplit(self.archive).path.rstrip("/") or self.root


@dataclass(frozen=True)
class Folder:
    """The contents of a deployment.

    Args:
        viewer: the POSIX path in the folder where the dist goes; '' if it is not copied.
        texts: the contents of files by their POSIX path.
        steps: what the administrator still has to do, each a sentence or a command.
        private: names of files that only their owner may read.
        kept: names of files that an update of the deployment leaves unchanged, with their owners.
    """

    viewer: str
    texts: Mapping[str, str]
    steps: tuple[str, ...]
    private: frozenset[str] = field(default=frozenset())
    kept: frozenset[str] = field(default=frozenset())


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
    folder = options.installed_at or PurePosixPath(target.absolute())
    if not errors and not PLAIN_FILE.fullmatch(str(folder)):
        errors = [f"{folder}: expected a path of letters, digits and ._/@+- only, or --installed-at"]
    if errors:
        raise DeployUnsuitable(
            "The options of this deployment are invalid.",
            details="\n".join(f"  {error}" for error in errors),
            fix="Correct the options listed above.",
        )
    return Plan(kind, dist, settings, options, folder, digest, existing)


def _outside(settings: Settings, prefix: str) -> list[str]:
    """A line for each path of the dist that is not below the prefix that a proxy strips."""
    paths = [settings.public_url, *(root for root in settings.roots if not urlsplit(root).netloc)]
    return [
        f"prefix-stripped: {path} is not below {prefix}; move the dist first: ohifbuild move"
        for path in paths
        if prefix and not path.startswith(f"{prefix}/")
    ]


def _checked(dist: Path, settings: Settings) -> Settings:
    """The settings, if a recipe can contain them: they go into the configuration of servers, so they must be plain."""
    values = {
        "public_url": settings.public_url,
        "dicomweb_root": settings.dicomweb_root,
        "token_roots": settings.roots[1:],
        "token_header": settings.token_header,
        "token_scheme": settings.token_scheme,
        "token_param": settings.token_param,
    }
    try:
        Recipe.of(values)
    except ValidationError as error:
        raise DistInvalid(
            f"{dist} has settings that no recipe allows.",
            cause="Its index.html was changed after it was built.",
            fix="Build it again: ohifbuild build",
            details="\n".join(f"  {problem}" for problem in problems_in(error, Recipe, None, "", values)),
        ) from error
    return settings


def rendered(template: str, **values: object) -> str:
    """The text of a template with these values.

    The values are paths, URLs and header values that ``plan`` has checked, or constants of ohifbuild. Nothing is HTML,
    so nothing is escaped.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined  # here, because importing it is slow

    environment = Environment(  # noqa: S701
        loader=PackageLoader("ohifbuild.deploy"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {"longest_line": link.LONGEST, "longest_token": tokens.LONGEST}
    return environment.get_template(template).render(**values)
