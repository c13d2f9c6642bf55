"""Lets each token reach its own studies in Orthanc, and nothing else: a script for Orthanc's Python plugin.

It stands on its own: copy it beside your configuration and name it there (``PythonScript``), with a section
``TokenFilter``. A request passes if it is a GET that names its studies, by its path (``studies/<uid>/…``) or by a
search pinned to them (``studies?StudyInstanceUID=…``), and the token in its header is good for each of them. All
others are answered 403: the REST API, searches by patient, Orthanc Explorer, and whatever this script does not
understand. An entry with ``"everything": true`` opens all of Orthanc: it is for those who run it.

A viewer that Orthanc itself serves is open to everybody: ``Open`` names its path (``/ohif/``), or ``Viewer``
has ``viewer_files.py`` serve one. Two sources say what a token is good for; either may be left out:

- ``Tokens``: a JSON file, read again when it changes, that maps the SHA-256 of each token (hexadecimal) to
  ``{"studies": ["1.2.3"], "expires": "2027-01-31T12:00:00Z"}``; ``patients`` may list Patient IDs that may be
  searched for, ``expires`` may be left out. The file holds no token: who reads it can open nothing.
- ``AuthService``: ``{"Url": "http://auth:8000", "Username": "…", "Password": "…", "ServerId": "…"}``, an
  orthanc-auth-service, asked by ``POST /tokens/validate``. Its answers are kept for the validity they state; where
  there is no answer, there is no access. Why it refuses is asked by ``POST /tokens/decode``, for Orthanc's log.

Why Python: Orthanc's Lua filter is not told the query of a request (seen on 1.10.1), and so cannot tell a search for
one study from a search for all. Orthanc itself never decodes names and values of a query, takes the last of several
with one name, and ignores names that it does not know by their exact spelling, so that ``studyinstanceuid=1.2.3``
finds every study. Hence only exact names count here, and names in any other spelling are refused.

Only the standard library is used; Python 3.9 suffices.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import re
import threading
import time
import urllib.error
import urllib.request
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

UID = re.compile(r"[0-9]+(?:\.[0-9]+)*")
"""A Study Instance UID (DICOM PS3.5 9.1), at most 64 characters."""

PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9._,-]+)+/?")
"""What DICOMweb resources look like once decoded; Orthanc has resolved '..' and '//' before it asks us."""

PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*|[0-9A-Fa-f]{8}")
"""A parameter: a keyword, or a tag without punctuation. Orthanc would also take ``0020,000d`` and ``0020-000d``."""

SEARCHES = frozenset({"studies", "series", "instances"})
STUDY_NAMES = frozenset({"StudyInstanceUID", "0020000D", "0020000d"})
PATIENT_NAMES = frozenset({"PatientID", "00100020"})
ABOUT_STUDY = re.compile(r"studyinstanceuid|studyuid|0020000d")
ABOUT_PATIENT = re.compile(r"0010[0-9a-f]{4}|patient\w*|issuerofpatient\w*|otherpatient\w*|mrn")

SECONDS = 5.0
LONGEST_VALIDITY = 3600.0
MOST_ANSWERS = 10_000
LONGEST_ANSWER = 64 * 1024

REASONS = {"expired": "it has expired", "invalid": "the auth-service did not make it"}

Log = Callable[[str], None]


@dataclass(frozen=True)
class Wanted:
    """What a request asks for: studies by UID, and Patient IDs that it searches for."""

    studies: frozenset[str] = frozenset()
    patients: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Grant:
    """What a token gives. ``expires`` is in seconds since 1970, or None."""

    studies: frozenset[str] = frozenset()
    patients: frozenset[str] = frozenset()
    everything: bool = False
    expires: float | None = None


def wanted_of(path: str, query: Mapping[str, str], root: str) -> Wanted | None:
    """What a GET request is about, or None if that cannot be told for certain.

    Args:
        path: as Orthanc gives it: decoded, from the root of the server.
        query: names and values as Orthanc gives them: not decoded.
        root: the DICOMweb root, such as ``/dicom-web``.
    """
    if not PLAIN_PATH.fullmatch(path) or not path.startswith(root + "/"):
        return None
    steps = path[len(root) + 1 :].rstrip("/").split("/")
    if steps[0] not in SEARCHES or (len(steps) > 1 and steps[0] != "studies") or {".", ".."} & set(steps):
        return None
    studies = set(steps[1:2])
    patients = set()
    for name, value in query.items():
        if not PLAIN_NAME.fullmatch(name):
            return None
        if name in STUDY_NAMES:
            studies |= set(re.split(r"[,\\]", unquote(value)))
        elif name in PATIENT_NAMES:
            patients.add(unquote(value))
        elif ABOUT_STUDY.fullmatch(name.lower()) or ABOUT_PATIENT.fullmatch(name.lower()):
            return None
    if not all(len(uid) <= 64 and UID.fullmatch(uid) for uid in studies):
        return None
    if any(not patient or set(patient) & set("*?,\\") for patient in patients):
        return None
    return Wanted(frozenset(studies), frozenset(patients)) if studies or patients else None


class TokenFile:
    """The file of tokens. Whatever is wrong with it, nobody gets in until it is mended."""

    def __init__(self, path: Path, log: Log) -> None:
        self._path = path
        self._log = log
        self._state: object = None
        self._grants: Mapping[str, Grant] = {}

    def grant(self, token: str) -> Grant | None:
        """What the token gives now; None if it is unknown or has expired."""
        self._look_again()
        found = self._grants.get(_digest(token))
        if found is None or (found.expires is not None and found.expires <= time.time()):
            return None
        return found

    def _look_again(self) -> None:
        try:
            facts = self._path.stat()
            state: object = (facts.st_ino, facts.st_mtime_ns, facts.st_size)
        except OSError as error:
            state = error.errno
        if state == self._state:
            return
        self._state = state
        try:
            self._grants = read_grants(json.loads(self._path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            self._grants = {}
            self._log(f"Token filter: {self._path} cannot be used, so no token of it is good: {error}")


def read_grants(data: Any) -> dict[str, Grant]:
    """The grants of a token file's contents, by the SHA-256 of their tokens.

    Raises:
        ValueError: it is not what this script's docstring says; the text names the entry by its number.
    """
    if not isinstance(data, dict):
        raise ValueError("expected an object")
    grants = {}
    for number, (key, entry) in enumerate(data.items(), 1):
        if not re.fullmatch(r"[0-9a-f]{64}", key):
            raise ValueError(f"entry {number}: expected the SHA-256 of a token, in small hexadecimal digits")
        try:
            grants[key] = _grant(entry)
        except (TypeError, ValueError) as error:
            raise ValueError(f"entry {number}: {error}") from None
    return grants


def _grant(entry: Any) -> Grant:
    if not isinstance(entry, dict) or not set(entry) <= {"studies", "patients", "expires", "everything"}:
        raise ValueError("expected an object with studies, and patients, expires or everything")
    studies, patients = _texts(entry, "studies"), _texts(entry, "patients")
    if not all(UID.fullmatch(uid) for uid in studies):
        raise ValueError("expected Study Instance UIDs in studies")
    everything = entry.get("everything", False)
    if not isinstance(everything, bool):
        raise ValueError("expected true or false in everything")
    expires = None
    if "expires" in entry:
        # Python before 3.11 does not read the Z.
        moment = datetime.fromisoformat(str(entry["expires"]).replace("Z", "+00:00"))
        if moment.tzinfo is None:
            raise ValueError("expected a time zone in expires, such as the Z of 2027-01-31T12:00:00Z")
        expires = moment.timestamp()
    return Grant(studies, patients, everything, expires)


def _texts(entry: dict[str, Any], name: str) -> frozenset[str]:
    values = entry.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError(f"expected a list of texts in {name}")
    return frozenset(values)


@dataclass
class AuthService:
    """An orthanc-auth-service. Where it does not answer as documented, the answer is no."""

    url: str
    username: str
    password: str
    server_id: str | None
    header: str
    log: Log
    _answers: OrderedDict[tuple[str, str], tuple[bool, float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def grants(self, token: str, study: str, uri: str) -> bool:
        """Whether the token is good for the study."""
        key = (_digest(token), study)
        with self._lock:
            granted, until = self._answers.get(key, (False, 0.0))
        if time.monotonic() < until:
            return granted
        try:
            granted, validity = self._validate(token, study, uri)
            if not granted:
                self.log(f"Token filter: a token was refused for study {study}: {self._reason(token)}.")
        except (OSError, ValueError, http.client.HTTPException) as error:
            # Never the error's own text: it may quote what was sent.
            self.log(f"Token filter: the auth-service gave no usable answer ({type(error).__name__}): refused.")
            return False
        with self._lock:
            self._answers[key] = (granted, time.monotonic() + validity)
            self._answers.move_to_end(key)
            while len(self._answers) > MOST_ANSWERS:
                self._answers.popitem(last=False)
        return granted

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
        answer = self._ask("validate", question)
        granted, validity = answer.get("granted"), answer.get("validity", 0)
        if not isinstance(granted, bool) or isinstance(validity, bool) or not isinstance(validity, (int, float)):
            raise ValueError("not the documented answer")
        return granted, min(max(validity, 0.0), LONGEST_VALIDITY)

    def _reason(self, token: str) -> str:
        """Why a token is refused; Orthanc can only answer 403, so its log is where this can be told."""
        answer = self._ask("decode", {"token-key": self.header, "token-value": token})
        return REASONS.get(str(answer.get("error-code")), "it is for something else")

    def _ask(self, route: str, question: dict[str, Any]) -> dict[str, Any]:
        credentials = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        request = urllib.request.Request(  # noqa: S310 (filter_of has checked the scheme)
            f"{self.url.rstrip('/')}/tokens/{route}",
            json.dumps(question).encode(),
            {"Content-Type": "application/json", "Authorization": f"Basic {credentials}"},
        )
        with OPENER.open(request, timeout=SECONDS) as response:
            answer = json.loads(response.read(LONGEST_ANSWER))
        if not isinstance(answer, dict):
            raise ValueError("not the documented answer")
        return answer


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would take token and credentials to another place."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())


class TokenFilter:
    """Decides on requests. Without sources it refuses all but what ``open_url`` names.

    Args:
        header: the name of the header that carries the token.
        scheme: what stands before the token in it, such as ``Bearer``; '' for nothing.
        root: the DICOMweb root, without a slash at the end.
        open_url: where the viewer's files are, such as ``/ohif/``; these need no token. '' for nowhere.
    """

    def __init__(
        self,
        header: str,
        scheme: str,
        root: str,
        open_url: str,
        tokens: TokenFile | None,
        service: AuthService | None,
    ) -> None:
        self._header = header.lower()
        self._scheme = scheme
        self._root = root
        self._open_url = open_url
        self._tokens = tokens
        self._service = service

    def allows(self, is_get: bool, path: str, headers: Mapping[str, str], query: Mapping[str, str]) -> bool:
        """Whether a request may pass; ``headers`` has names in lower case."""
        if is_get and self._is_open(path):
            return True
        token = self._token(headers.get(self._header, ""))
        if not token:
            return False
        grant = self._tokens.grant(token) if self._tokens else None
        if grant and grant.everything:
            return True
        wanted = wanted_of(path, query, self._root) if is_get else None
        if wanted is None:
            return False
        if grant:
            return wanted.studies <= grant.studies and wanted.patients <= grant.patients
        if self._service is None or wanted.patients:
            return False
        return all(self._service.grants(token, study, path) for study in sorted(wanted.studies))

    def _is_open(self, path: str) -> bool:
        # Orthanc has decoded the path and resolved its '..' already: what still has some is nothing of the viewer's.
        above = {".", ".."} & set(path.split("/"))
        return bool(self._open_url) and not above and (path + "/" == self._open_url or path.startswith(self._open_url))

    def _token(self, value: str) -> str:
        if not self._scheme:
            return value
        scheme, _, token = value.partition(" ")
        return token if scheme.lower() == self._scheme.lower() else ""


SETTINGS = frozenset({"Header", "Scheme", "Tokens", "AuthService", "Open", "Viewer", "RenderVideos"})


def root_of(configuration: Mapping[str, Any]) -> str:
    """The DICOMweb root, without a slash at the end."""
    return "/" + str(configuration.get("DicomWeb", {}).get("Root", "/dicom-web/")).strip("/")


def filter_of(configuration: Mapping[str, Any], log: Log) -> TokenFilter:
    """The filter that Orthanc's configuration asks for.

    Raises:
        KeyError, TypeError, ValueError: the section ``TokenFilter`` is missing or broken.
    """
    section = configuration["TokenFilter"]
    unknown = set(section) - SETTINGS
    if unknown:
        raise ValueError(f"TokenFilter has no setting {', '.join(sorted(unknown))}")
    header = str(section.get("Header", "token"))
    viewer = section.get("Viewer")
    service = section.get("AuthService")
    return TokenFilter(
        header,
        str(section.get("Scheme", "")),
        root_of(configuration),
        str(viewer["Url"] if viewer else section.get("Open", "")),
        TokenFile(Path(section["Tokens"]), log) if "Tokens" in section else None,
        _service(service, header, log) if service else None,
    )


def _service(section: Mapping[str, Any], header: str, log: Log) -> AuthService:
    url = str(section["Url"])
    if not re.match(r"https?://[^/@]+", url) or "@" in url:
        raise ValueError("AuthService.Url has to be an http or https URL without credentials")
    server_id = section.get("ServerId")
    return AuthService(url, str(section["Username"]), str(section["Password"]), server_id, header, log)


def _digest(token: str) -> str:
    """Tokens are compared and kept as digests, so that no comparison's duration says anything about them."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def install(orthanc: Any) -> None:
    """Puts the filter before every request to Orthanc. As long as it is not ready, or cannot be, all is refused."""
    chosen: list[TokenFilter] = []

    def decide(uri: str, **request: Any) -> bool:
        try:
            is_get = request["method"] == orthanc.HttpMethod.GET
            return bool(chosen) and chosen[0].allows(is_get, uri, request["headers"], request.get("get") or {})
        except Exception as error:
            orthanc.LogError(f"Token filter: refused, because of an unforeseen {type(error).__name__}.")
            return False

    orthanc.RegisterIncomingHttpRequestFilter(decide)
    try:
        configuration = json.loads(orthanc.GetConfiguration())
        chosen.append(filter_of(configuration, orthanc.LogError))
        if "Viewer" in configuration["TokenFilter"]:
            import viewer_files  # the script beside this one

            viewer_files.install(orthanc, configuration)
        if configuration["TokenFilter"].get("RenderVideos"):
            import rendered_videos  # likewise

            rendered_videos.install(orthanc, root_of(configuration))
    except Exception as error:
        chosen.clear()
        orthanc.LogError(f"Token filter: everything is refused, because it cannot be set up: {error!r}")
    # What closed_without_filter.lua looks for.
    orthanc.RegisterRestCallback("/token-filter", lambda output, uri, **request: output.AnswerBuffer("1", "text/plain"))


try:
    import orthanc as _orthanc
except ImportError:
    """Read by something else than Orthanc: there is nothing to install."""
else:
    install(_orthanc)
