"""Asks an orthanc-auth-service which studies a token opens, for ``token_filter.py``.

The service is asked by ``POST /tokens/validate`` for each study, and by ``POST /tokens/decode`` why it refuses, for
Orthanc's log. Who guesses tokens causes questions, so these are limited: a refused token is not asked about again for a
while, and all unknown tokens share one allowance, of which those that are known to be good take nothing.

Only the standard library is used; Python 3.9 suffices.
"""

from __future__ import annotations

import base64
import http.client
import json
import re
import threading
import time
import urllib.request
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import bounded_json
from token_file import digest_of

SECONDS = 5.0
"""How long an answer may take; no answer is a refusal."""

LONGEST_ANSWER = 64 * 1024
LONGEST_VALIDITY = 3600.0

REFUSED_SECONDS = 10.0
"""How long a refusal holds before the service is asked again."""

REASON_SECONDS = 60.0
"""How long the reason of a refusal is taken as known."""

MOST_KEPT = 10_000
"""Answers of each kind that are remembered: the latest."""

PER_SECOND = 10.0
"""How many pairs of token and study the service is asked about, of those that it has not granted before."""

UNKNOWN_SAVED = 50.0
"""How many of these may be asked about together after a while without any: for all unknown tokens, …"""

STUDIES_SAVED = 400.0
"""… and for each token that is good for some study, which has an allowance of its own. A link names 200 at most."""

MOST_AT_ONCE = 10
"""How many questions about unknown tokens may be under way; others wait ``WAIT_SECONDS`` for their turn."""

WAIT_SECONDS = 1.0

WHOLE_TOKEN = ""
"""Stands for every study, where the token itself is refused."""

REASONS = {"expired": "it has expired", "invalid": "the auth-service did not make it"}
OTHER_REASON = "it is for something else"

SETTINGS = frozenset({"Url", "Username", "Password", "ServerId"})
URL = re.compile(
    r"https?://[A-Za-z0-9._-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~-]+)*/?|https?://\[[0-9A-Fa-f:.]+\](?::[0-9]{1,5})?/?"
)

Key = TypeVar("Key")
Value = TypeVar("Value")


class Allowance:
    """How many questions may be asked: so many a second, saved up to a number. Not for several threads at once."""

    def __init__(self, most: float) -> None:
        self._most = self._left = most
        self._counted = time.monotonic()

    def take(self) -> bool:
        """Whether one more may be asked; it counts if so."""
        now = time.monotonic()
        self._left = min(self._most, self._left + (now - self._counted) * PER_SECOND)
        self._counted = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Latest(Generic[Key, Value]):
    """What was learned last, and until when it holds. Not for several threads at once."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, tuple[Value, float]] = OrderedDict()

    def put(self, key: Key, value: Value, seconds: float = 0.0) -> None:
        """Remembers a value, which holds for so many seconds."""
        self._kept[key] = (value, time.monotonic() + seconds)
        self._kept.move_to_end(key)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    def get(self, key: Key) -> Value | None:
        """What holds now."""
        value, until = self._kept.get(key, (None, 0.0))
        return value if time.monotonic() < until else None

    def last(self, key: Key) -> Value | None:
        """What holds now or did."""
        return self._kept.get(key, (None, 0.0))[0]

    def forget(self, key: Key) -> None:
        """Remembers it no longer."""
        self._kept.pop(key, None)


@dataclass
class AuthService:
    """An orthanc-auth-service. Where it does not answer as documented, the answer is no."""

    url: str
    username: str
    password: str = field(repr=False)
    server_id: str | None
    header: str
    log: Callable[[str], None]

    def __post_init__(self) -> None:
        # Keys are digests of tokens, with a study or without.
        self._granted: Latest[tuple[str, str], bool] = Latest()
        self._refused: Latest[tuple[str, str], bool] = Latest()
        self._reasons: Latest[str, str] = Latest()
        self._good: Latest[str, Allowance] = Latest()
        self._unknown = Allowance(UNKNOWN_SAVED)
        self._told: Latest[str, bool] = Latest()
        self._lock = threading.Lock()
        self._at_once = threading.BoundedSemaphore(MOST_AT_ONCE)

    def grants(self, token: str, study: str, uri: str) -> bool:
        """Whether the token is good for the study."""
        digest = digest_of(token)
        with self._lock:
            if self._granted.get((digest, study)):
                return True
            if self._refused.get((digest, study)) or self._refused.get((digest, WHOLE_TOKEN)):
                return False
            allowance = self._good.last(digest)
            # What was granted before is asked for again whenever it has to be.
            allowed = self._granted.last((digest, study)) or (allowance or self._unknown).take()
        if not allowed:
            self._tell("of more tokens and studies than the auth-service is asked about, some are refused")
            return False
        if allowance:
            return self._ask(token, study, uri)
        # If the service hangs, tokens that nobody knows must not hold all of Orthanc's threads.
        if not self._at_once.acquire(timeout=WAIT_SECONDS):
            self._tell("the auth-service is slow, so some unknown tokens are refused")
            return False
        try:
            return self._ask(token, study, uri)
        finally:
            self._at_once.release()

    def _ask(self, token: str, study: str, uri: str) -> bool:
        digest = digest_of(token)
        try:
            granted, validity = self._validate(token, study, uri)
            reason = "" if granted else self._reason(token)
        except (OSError, ValueError, http.client.HTTPException) as error:
            # Never the error's own text: it may quote what was sent.
            self.log(f"Token filter: the auth-service gave no usable answer ({type(error).__name__}): refused.")
            return False
        with self._lock:
            if granted:
                self._granted.put((digest, study), True, validity)
                self._good.put(digest, self._good.last(digest) or Allowance(STUDIES_SAVED))
                return True
            self._granted.forget((digest, study))
            self._refused.put((digest, WHOLE_TOKEN if reason in REASONS.values() else study), True, REFUSED_SECONDS)
        self.log(f"Token filter: a token was refused for study {study}: {reason}.")
        return False

    def _validate(self, token: str, study: str, uri: str) -> tuple[bool, float]:
        question = {
            "dicom-uid": study,
            "level": "study",
            "method": "get",
            "server-id": self.server_id,
            "token-key": self.header,
            "token-value": token,
            "uri": uri,
        }
        answer = self._post("validate", question)
        granted, validity = answer.get("granted"), answer.get("validity", 0)
        if not isinstance(granted, bool) or isinstance(validity, bool) or not isinstance(validity, (int, float)):
            raise ValueError("not the documented answer")
        return granted, min(max(validity, 0.0), LONGEST_VALIDITY)

    def _reason(self, token: str) -> str:
        """Why a token is refused; Orthanc can only answer 403, so its log is where this can be told."""
        digest = digest_of(token)
        with self._lock:
            known = self._reasons.get(digest)
        if known:
            return known
        answer = self._post("decode", {"token-key": self.header, "token-value": token})
        reason = REASONS.get(str(answer.get("error-code")), OTHER_REASON)
        with self._lock:
            self._reasons.put(digest, reason, REASON_SECONDS)
        return reason

    def _post(self, route: str, question: dict[str, Any]) -> dict[str, Any]:
        credentials = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        request = urllib.request.Request(  # noqa: S310 (service_of has checked the scheme)
            f"{self.url.rstrip('/')}/tokens/{route}",
            json.dumps(question).encode(),
            {"Content-Type": "application/json", "Authorization": f"Basic {credentials}"},
        )
        until = time.monotonic() + SECONDS
        parts: list[bytes] = []
        with OPENER.open(request, timeout=SECONDS) as response:
            while part := response.read1(LONGEST_ANSWER):
                parts.append(part)
                if sum(map(len, parts)) > LONGEST_ANSWER or time.monotonic() > until:
                    raise ValueError("the answer is too long, or too slow")
        answer = bounded_json.parse(b"".join(parts), LONGEST_ANSWER)
        if not isinstance(answer, dict):
            raise ValueError("not the documented answer")
        return answer

    def _tell(self, what: str) -> None:
        """Logs what guessers can cause without end, once in a while."""
        with self._lock:
            if self._told.get(what):
                return
            self._told.put(what, True, REASON_SECONDS)
        self.log(f"Token filter: {what}.")


def service_of(section: Mapping[str, Any], header: str, log: Callable[[str], None]) -> AuthService:
    """The service that the configuration's ``AuthService`` describes.

    Raises:
        KeyError, ValueError: something is missing or invalid.
    """
    unknown = set(section) - SETTINGS
    if unknown:
        raise ValueError(f"AuthService has no setting {', '.join(sorted(unknown))}")
    url, server_id = section["Url"], section.get("ServerId")
    if not isinstance(url, str) or not URL.fullmatch(url):
        raise ValueError("AuthService.Url has to be an http or https URL without credentials, query and fragment")
    if server_id is not None and not isinstance(server_id, str):
        raise ValueError("AuthService.ServerId has to be a text")
    return AuthService(url, str(section["Username"]), str(section["Password"]), server_id, header, log)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would take token and credentials to another place."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())
