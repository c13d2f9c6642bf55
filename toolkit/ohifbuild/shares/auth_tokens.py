"""Tokens that an orthanc-auth-service makes.

``PUT /tokens/ohif-viewer-publication`` makes one (its source, ``app.py`` and ``models.py`` as of version 26.4). The
service keeps no list of tokens: each is signed, and valid until it expires. So there is nothing to list, extend or
revoke.
"""

from __future__ import annotations

import base64
import http.client
import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ohifbuild.contract.tokens import LONGEST, is_token
from ohifbuild.core.errors import ShareRefused, SharesUnavailable
from ohifbuild.orthanc.shipped import auth_service, bounded_json

KIND = "ohif-viewer-publication"


def publish(section: Mapping[str, Any], studies: Sequence[str], expires: datetime) -> str:
    """A new token for studies.

    Args:
        section: ``TokenFilter.AuthService`` of Orthanc's configuration.
        studies: Study Instance UIDs.
        expires: with a time zone.

    Raises:
        ShareRefused: the token is longer than web servers accept.
        SharesUnavailable: the service gives no usable answer.
    """
    try:
        service = auth_service.auth_service_from(section, "token", print)
        token = _put(service, studies, expires)
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError) as error:
        # Without the text of other errors, which may quote the answer.
        status = error.code if isinstance(error, urllib.error.HTTPError) else 0
        raise SharesUnavailable(
            f"The orthanc-auth-service made no token ({f'status {status}' if status else type(error).__name__}).",
            cause="It refuses the credentials."
            if status == 401
            else "It does not run, or PUBLIC_OHIF_ROOT is not set.",
            fix="Correct TokenFilter.AuthService in orthanc.json, or read the log of the service.",
        ) from error
    if len(token) > LONGEST:
        raise ShareRefused(
            f"The token of the orthanc-auth-service has {len(token)} characters.",
            cause=f"It holds every UID, and web servers refuse headers of more than {LONGEST} characters.",
            fix="Share fewer studies with one link, or leave --auth-service out.",
        )
    return token


def refuse(action: str) -> SharesUnavailable:
    """The error for what the service cannot do.

    Args:
        action: the verb, such as ``list``.
    """
    return SharesUnavailable(
        f"The orthanc-auth-service cannot {action} its tokens.",
        cause="It keeps none of them: a token is signed, and valid until it expires.",
        fix="Make short-lived ones, or shares in the token file, which is what share add does by itself. "
        "To end all tokens of the service at once, change its SECRET_KEY and restart it.",
    )


def no_service() -> SharesUnavailable:
    """The error for a deployment whose filter asks no orthanc-auth-service."""
    return SharesUnavailable(
        "The token filter of this deployment asks no orthanc-auth-service.",
        cause="orthanc.json has no TokenFilter.AuthService.",
        fix="Leave --auth-service out, or configure the service: docs/how-to/orthanc-token-filter.md",
    )


def _put(service: auth_service.AuthService, studies: Sequence[str], expires: datetime) -> str:
    question = {
        # Whoever has the token can read it, so it is not the note.
        "id": secrets.token_hex(6),
        "resources": [{"dicom-uid": uid, "level": "study"} for uid in studies],
        "type": KIND,
        "expiration-date": expires.isoformat(timespec="seconds"),
    }
    credentials = base64.b64encode(f"{service.username}:{service.password}".encode()).decode()
    request = urllib.request.Request(  # noqa: S310 (auth_service_from has checked the scheme)
        f"{service.url.rstrip('/')}/tokens/{KIND}",
        json.dumps(question).encode(),
        {"Content-Type": "application/json", "Authorization": f"Basic {credentials}"},
        method="PUT",
    )
    with auth_service.OPENER.open(request, timeout=auth_service.SECONDS) as response:
        answer = bounded_json.parse(response.read(auth_service.LONGEST_ANSWER + 1), auth_service.LONGEST_ANSWER)
    token = answer.get("token") if isinstance(answer, dict) else None
    if not isinstance(token, str) or not is_token(token[:LONGEST]):
        raise ValueError("not the documented answer")
    return token
