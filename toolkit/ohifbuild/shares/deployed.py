"""A deployment that ``ohifbuild deploy`` wrote, on the server that it runs on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ohifbuild.core.errors import ShareRefused, SharesUnavailable, TokenFileUnusable
from ohifbuild.core.paths import is_file
from ohifbuild.orthanc.configuration import ACCESS_LOG, FOLDER, LINK, SETTINGS
from ohifbuild.orthanc.shipped import bounded_json, local_orthanc, share_file, token_file

RESTART = "Restart it: systemctl restart orthanc"


@dataclass(frozen=True)
class Deployment:
    """A deployment whose tokens are in a file.

    Args:
        folder: the folder of its Orthanc.
        viewer: the absolute URL of the viewer's route.
        token_param: the name of the token's parameter.
        settings: Orthanc's configuration.
    """

    folder: Path
    viewer: str
    token_param: str
    settings: Mapping[str, Any] = field(repr=False)

    @property
    def file(self) -> share_file.ShareFile:
        """The shares in the token file."""
        return share_file.ShareFile(self.folder)

    @property
    def log(self) -> Path:
        """The access log."""
        return Path(self.settings["TokenFilter"].get("AccessLog", self.folder / ACCESS_LOG))

    @property
    def auth_service(self) -> Mapping[str, Any] | None:
        """The settings of the orthanc-auth-service whose tokens the filter takes too."""
        section: Mapping[str, Any] | None = self.settings["TokenFilter"].get("AuthService")
        return section

    def check_studies(self, studies: tuple[str, ...]) -> None:
        """Checks that Orthanc has the studies, and that its filter reads what will be written.

        Raises:
            ShareRefused: Orthanc lacks a study; ``details`` names each.
            SharesUnavailable: Orthanc does not answer, or runs an older filter.
            TokenFileUnusable: the token file is not valid.
        """
        with share_errors(self), self.file.administrator() as administrator:
            orthanc = local_orthanc.LocalOrthanc(self.settings, administrator)
            current = orthanc.reads_the_format()
            missing = orthanc.missing(studies) if current else []
        if not current:
            raise SharesUnavailable(
                "Orthanc still runs the token filter of an earlier deployment.",
                cause="It was not restarted after the deployment was written again.",
                fix=RESTART,
            )
        if missing:
            raise ShareRefused(
                "Orthanc does not have this study." if len(missing) == 1 else "Orthanc does not have these studies.",
                cause="The UID is wrong, or the study has not arrived yet.",
                fix=f"List the studies: python3 {self.folder / 'share_study.py'}",
                details="\n".join(f"  {uid}" for uid in missing),
            )


def deployment_at(folder: Path) -> Deployment:
    """The deployment in a folder.

    Args:
        folder: the deployment's folder, or the folder of its Orthanc.

    Raises:
        SharesUnavailable: it is not a deployment with a token file.
        TokenFileUnusable: an older ohifbuild wrote it, so its filter would refuse what this one writes.
    """
    place = next((each for each in (folder / FOLDER, folder) if is_file(each / LINK)), None)
    if place is None:
        raise _no_deployment(folder)
    try:
        link, settings = (bounded_json.read(place / name, token_file.LONGEST_FILE) for name in (LINK, SETTINGS))
        deployment = Deployment(place, str(link["Viewer"]), str(link["Parameter"]), settings)
        known = link.get("Format")
        deployment.settings["TokenFilter"]["Header"], deployment.settings["TokenFilter"]["Scheme"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SharesUnavailable(
            f"{place} cannot be read: {getattr(error, 'strerror', None) or type(error).__name__}.",
            cause="Only root and Orthanc's user may read it, or its files were changed.",
            fix="Run the command as root. If that does not help, write the deployment again: ohifbuild deploy",
        ) from error
    if known != token_file.FORMAT:
        raise TokenFileUnusable(
            f"Another version of ohifbuild wrote the deployment in {folder}.",
            cause="Its token filter refuses token files that this version writes; nothing was changed.",
            fix="Write it again with the same options: ohifbuild deploy, then systemctl restart orthanc",
        )
    return deployment


@contextmanager
def share_errors(deployment: Deployment) -> Iterator[None]:
    """Turns the errors of the shipped scripts into those of the toolkit.

    Raises:
        ShareRefused, SharesUnavailable, TokenFileUnusable: as their docstrings say.
    """
    try:
        yield
    except share_file.ShareRefused as error:
        raise ShareRefused(
            f"The share was not changed: {error}.",
            cause="The ID is mistyped, its share is gone, or the note or the token cannot be used.",
            fix=f"See the shares: ohifbuild share list --deployment {deployment.folder}",
        ) from error
    except share_file.FileUnusable as error:
        raise TokenFileUnusable(
            f"The token file cannot be used: {error}.",
            cause="It was damaged or replaced, or you may not change it. Nothing was changed.",
            fix="Correct the file or bring back a copy, as root. Until then Orthanc refuses its tokens.",
        ) from error
    except local_orthanc.NoAnswer as error:
        raise SharesUnavailable(
            f"{error}.",
            cause="Orthanc does not run, runs with other settings, or its filter refuses everything.",
            fix="Run the command on Orthanc's server, and read Orthanc's log: journalctl --unit orthanc",
        ) from error
    except OSError as error:
        raise SharesUnavailable(
            f"{error.filename or deployment.folder}: {error.strerror}.",
            cause="Only root and Orthanc's user may change the shares.",
            fix="Run the command as root.",
        ) from error


def _no_deployment(folder: Path) -> SharesUnavailable:
    if is_file(folder / "compose.yaml"):
        return SharesUnavailable(
            f"{folder} is a deployment for Docker Compose, which has no token file.",
            cause="There, staff makes links in Orthanc Explorer 2, and orthanc-auth-service makes their tokens.",
            fix="Share a study with its Share button, at the address that ohifbuild deploy printed.",
        )
    return SharesUnavailable(
        f"{folder} is not a deployment with a token file.",
        cause=f"It has no {FOLDER}/{LINK}, which ohifbuild deploy writes for nginx, orthanc and orthanc-ohif.",
        fix="Name the deployment's folder: ohifbuild share list --deployment /srv/viewer",
    )
