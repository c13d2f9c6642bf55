"""``ohifbuild share``: makes, lists, extends and revokes links to studies of a deployment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ohifbuild.contract.grants import new_token
from ohifbuild.contract.link import MOST_STUDIES, make_link
from ohifbuild.contract.request import UID
from ohifbuild.core.errors import ShareRefused
from ohifbuild.orthanc.shipped import access_log, share_file
from ohifbuild.shares.auth_tokens import no_service, publish
from ohifbuild.shares.deployed import Deployment, share_errors

TOKEN_LENGTH = len(new_token())


@dataclass(frozen=True)
class Opened:
    """What the access log says of a share.

    Args:
        last: when it was last opened, in ISO 8601; "" for never.
        times: in how many quarters of an hour it was opened.
        frames: how many images it asked for.
        refused: how many of its requests were refused, because they were about something else.
    """

    last: str = ""
    times: int = 0
    frames: int = 0
    refused: int = 0


@dataclass(frozen=True)
class Made:
    """A share that was made now.

    Args:
        id: its id; "" for a token of an orthanc-auth-service.
        link: the link with its token, which is shown only once.
    """

    id: str
    link: str = field(repr=False)


def checked_studies(studies: tuple[str, ...]) -> tuple[str, ...]:
    """Study Instance UIDs without repetitions.

    Raises:
        ShareRefused: there are too many, or some are none; ``details`` names each.
    """
    unique = tuple(dict.fromkeys(studies))
    wrong = [uid for uid in unique if not UID.fullmatch(uid)]
    if wrong or len(unique) > MOST_STUDIES:
        raise ShareRefused(
            "These are no Study Instance UIDs." if wrong else f"A link can name at most {MOST_STUDIES} studies.",
            cause="A UID has at most 64 digits and dots." if wrong else f"{len(unique)} were given.",
            fix="Copy the UIDs from the archive." if wrong else "Make several links.",
            details="\n".join(f"  {share_file.printable(uid[:80])}" for uid in wrong),
        )
    return unique


def longest_link(deployment: Deployment, studies: tuple[str, ...]) -> str:
    """A link as long as the one that ``add`` will make for a token of the file."""
    return make_link(deployment.viewer, studies, "x" * TOKEN_LENGTH, deployment.token_param)


def add(deployment: Deployment, studies: tuple[str, ...], expires: datetime, note: str, *, service: bool) -> Made:
    """Makes a link to studies.

    Args:
        studies: as ``checked_studies`` returns them.
        service: whether the orthanc-auth-service makes the token, and not this command.

    Raises:
        ShareRefused: Orthanc lacks a study, or the note is invalid.
        SharesUnavailable: Orthanc or the service does not answer, or none is configured.
        TokenFileUnusable: the token file cannot be read or replaced.
    """
    with share_errors(deployment):
        share_file.checked_note(note)
    section = deployment.auth_service if service else None
    if service and section is None:
        raise no_service()
    deployment.check_studies(studies)
    if section is not None:
        token, name = publish(section, studies, expires), ""
    else:
        token = new_token()
        with share_errors(deployment):
            name = deployment.file.add(list(studies), token, expires.timestamp(), note).id
    return Made(name, make_link(deployment.viewer, studies, token, deployment.token_param))


def listed(deployment: Deployment) -> list[tuple[share_file.Share, Opened]]:
    """Every share with what the access log says of it, the oldest first.

    Raises:
        TokenFileUnusable: the token file cannot be read.
    """
    with share_errors(deployment):
        shares = deployment.file.shares()
    opened = _opened(deployment)
    return [(share, opened.get(share.id, Opened())) for share in shares]


def extend(deployment: Deployment, prefix: str, expires: datetime) -> share_file.Share:
    """Changes when a share expires.

    Raises:
        ShareRefused: no share, or more than one, has an id that begins like this.
        TokenFileUnusable: the token file cannot be read or replaced.
    """
    with share_errors(deployment):
        return deployment.file.extend(prefix, expires.timestamp())


def revoke(deployment: Deployment, prefix: str) -> share_file.Share:
    """Removes a share; its token opens nothing from the filter's next request on.

    Raises:
        ShareRefused, TokenFileUnusable: as ``extend``.
    """
    with share_errors(deployment):
        return deployment.file.revoke(prefix)


def _opened(deployment: Deployment) -> Mapping[str, Opened]:
    """What the access log says, by the shares' ids. Lines that are not as documented are left out."""
    found: dict[str, Opened] = {}
    quarters: dict[str, set[str]] = {}
    for line in access_log.read_lines(deployment.log):
        share, frames, refused = line.get("share"), line.get("frames"), line.get("refused")
        moments = line.get("from"), line.get("last")
        if not isinstance(share, str) or not isinstance(frames, int) or not isinstance(refused, int):
            continue
        if not all(isinstance(moment, str) and access_log.MOMENT.fullmatch(moment) for moment in moments):
            continue
        known = found.get(share, Opened())
        if line.get("study"):
            quarters.setdefault(share, set()).add(str(moments[0]))
            known = Opened(max(known.last, str(moments[1])), 0, known.frames + frames, known.refused)
        found[share] = Opened(known.last, len(quarters.get(share, ())), known.frames, known.refused + refused)
    return found
