"""A client for orthanc-auth-service: it finds which studies a token gives access to, for ``token_filter.py``.

``POST /tokens/validate`` checks a token for each study; ``POST /tokens/decode`` gives the reason of a refusal for
Orthanc's log. Guessed tokens cause requests to the service, so these are limited: a refusal is remembered for a while,
and all unknown tokens share one rate limit, which requests with known tokens do not use up.

Requires Python 3.9 and only the standard library.
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
"""How long an answer may take. Without an answer the token is refused."""

LONGEST_ANSWER = 64 * 1024
"""Bytes."""

LONGEST_VALIDITY = 3600.0
"""Seconds; the service may name a longer time, but a grant is checked again after this."""

REFUSED_SECONDS = 10.0
"""How long a refusal is remembered before the service is asked again."""

REASON_SECONDS = 60.0
"""How long the reason of a refusal is remembered, and how often a warning about overload is logged."""

MOST_KEPT = 10_000
"""How many answers of each kind are remembered; the oldest are dropped."""

PER_SECOND = 10.0
"""The rate at which the service is asked about pairs of token and study that it has not granted before."""

UNKNOWN_BURST = 50.0
"""The burst of this rate limit for all unknown tokens together."""

KNOWN_BURST = 400.0
"""The burst for each token that was granted some study; a link names at most 200 studies."""

MOST_AT_ONCE = 10
"""Simultaneous requests about unknown tokens; others wait ``WAIT_SECONDS`` for their turn."""

WAIT_SECONDS = 1.0

WHOLE_TOKEN = ""
"""Stands for every study in the key of a refusal, if the token itself is invalid."""

REASONS = {"expired": "it has expired", "invalid": "the auth-service did not issue it"}
OTHER_REASON = "it is for something else"

SETTINGS = frozenset({"Url", "Username", "Password", "ServerId"})
URL = re.compile(
    r"https?://[A-Za-z0-9._-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~-]+)*/?|https?://\[[0-9A-Fa-f:.]+\](?::[0-9]{1,5})?/?"
)

Key = TypeVar("Key")
Value = TypeVar("Value")


class RateLimit:
    """A token bucket: ``PER_SECOND`` requests a second, and a burst. Not thread-safe."""

    def __init__(self, burst: float) -> None:
        self._burst = self._left = burst
        self._updated = time.monotonic()

    def take(self) -> bool:
        """Whether one more request is allowed; if so, it is counted."""
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._updated) * PER_SECOND)
        self._updated = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class ExpiringCache(Generic[Key, Value]):
    """The latest ``MOST_KEPT`` values, each with the time until which it is valid. Not thread-safe."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, tuple[Value, float]] = OrderedDict()

    def put(self, key: Key, value: Value, seconds: float = 0.0) -> None:
        """Stores a value that is valid for ``seconds``."""
        self._kept[key] = (value, time.monotonic() + seconds)
        self._kept.move_to_end(key)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    def get(self, key: Key) -> Value | None:
        """The value, if it is still valid."""
        value, until = self._kept.get(key, (None, 0.0))
        return value if time.monotonic() < until else None

    def last(self, key: Key) -> Value | None:
        """The value, valid or expired."""
        return self._kept.get(key, (None, 0.0))[0]

    def forget(self, key: Key) -> None:
        """Removes the value."""
        self._kept.pop(key, None)


@dataclass
class AuthService:
    """An orthanc-auth-service. Any answer that is not as documented is a refusal.

    Args:
        url: the service's base URL.
        username, password: for HTTP Basic authentication.
        server_id: the identifier of this Orthanc at the service; None if it has none.
        header: the name of the header that carries the token.
        log: is called with each line for Orthanc's log; no line holds a token.
    """

    url: str
    username: str
    password: str = field(repr=False)
    server_id: str | None
    header: str
    log: Callable[[str], None]

    def __post_init__(self) -> None:
        # Keys are the digest of a token and a study, or the digest alone.
        self._granted: ExpiringCache[tuple[str, str], bool] = ExpiringCache()
        self._refused: ExpiringCache[tuple[str, str], bool] = ExpiringCache()
        self._reasons: ExpiringCache[str, str] = ExpiringCache()
        self._known: ExpiringCache[str, RateLimit] = ExpiringCache()
        self._unknown = RateLimit(UNKNOWN_BURST)
        self._logged: ExpiringCache[str, bool] = ExpiringCache()
        self._lock = threading.Lock()
        self._at_once = threading.BoundedSemaphore(MOST_AT_ONCE)

    def grants(self, token: str, study: str, uri: str) -> bool:
        """Whether the token gives access to a study.

        Args:
            study: its Study Instance UID.
            uri: the path of the request, which the service is given.
        """
        digest = digest_of(token)
        with self._lock:
            if self._granted.get((digest, study)):
                return True
            if self._refused.get((digest, study)) or self._refused.get((digest, WHOLE_TOKEN)):
                return False
            limit = self._known.last(digest)
            # The rate limit does not apply to renewing an earlier grant.
            allowed = self._granted.last((digest, study)) or (limit or self._unknown).take()
        if not allowed:
            self._log_seldom("the limit of requests to the auth-service is reached, so some tokens are refused")
            return False
        if limit:
            return self._ask(token, study, uri)
        # If the service hangs, requests with unknown tokens must not block all of Orthanc's threads.
        if not self._at_once.acquire(timeout=WAIT_SECONDS):
            self._log_seldom("the auth-service is slow, so some unknown tokens are refused")
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
            # Without the error's text, which may quote the request.
            self.log(f"Token filter: the auth-service gave no usable answer ({type(error).__name__}): refused.")
            return False
        with self._lock:
            if granted:
                self._granted.put((digest, study), True, validity)
                self._known.put(digest, self._known.last(digest) or RateLimit(KNOWN_BURST))
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
        """Why a token is refused. Orthanc can only answer 403, so the reason goes to its log."""
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
        request = urllib.request.Request(  # noqa: S310 (auth_service_from has checked the scheme)
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

    def _log_seldom(self, line: str) -> None:
        """Logs a line at most once in ``REASON_SECONDS``, because guessed tokens could fill the log with it."""
        with self._lock:
            if self._logged.get(line):
                return
            self._logged.put(line, True, REASON_SECONDS)
        self.log(f"Token filter: {line}.")


def auth_service_from(section: Mapping[str, Any], header: str, log: Callable[[str], None]) -> AuthService:
    """The service that the section ``AuthService`` of Orthanc's configuration describes.

    Raises:
        KeyError, ValueError: a setting is missing or invalid.
    """
    unknown = set(section) - SETTINGS
    if unknown:
        raise ValueError(f"AuthService has no setting {', '.join(sorted(unknown))}")
    url, server_id = section["Url"], section.get("ServerId")
    if not isinstance(url, str) or not URL.fullmatch(url):
        raise ValueError("AuthService.Url must be an http or https URL without credentials, query and fragment")
    if server_id is not None and not isinstance(server_id, str):
        raise ValueError("AuthService.ServerId must be a string")
    return AuthService(url, str(section["Username"]), str(section["Password"]), server_id, header, log)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirects, because they would send token and credentials to another server."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect())
