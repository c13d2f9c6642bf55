"""A script for Orthanc's Python plugin that confines each token to its studies.

Copy it beside your configuration with the scripts that it imports. In the configuration, name it in ``PythonScript``
and add a section ``TokenFilter``. The filter allows a GET request that names its studies, in the path
(``studies/<uid>/…``) or in a search (``studies?StudyInstanceUID=…``), if the token in its header gives access to each
of them. It answers 403 to all other requests: the REST API, searches by patient, Orthanc Explorer, and everything that
it does not recognise. A token with ``"everything": true`` gives an administrator access to everything in Orthanc.

The files of a viewer in Orthanc need no token: ``Open`` names their path (``/ohif/``), or ``Viewer`` makes
``viewer_files.py`` serve them. Tokens come from two sources, and either may be left out:

- ``Tokens``: the file that ``token_file.py`` describes.
- ``AuthService``: ``{"Url": "http://auth:8000", "Username": "…", "Password": "…", "ServerId": "…"}``, an
  orthanc-auth-service, which ``auth_service.py`` asks. Without an answer there is no access.

``AccessLog`` names a file that says which share opened which study; ``access_log.py`` describes it.

This is not a Lua filter, because Orthanc does not give the query to those (observed with 1.10.1), so they cannot
distinguish a search for one study from a search for all. What Orthanc gives to a filter differs from the request
(observed with 1.10.1):

- Orthanc decodes the path and resolves its ``..`` and ``//``. This script encodes it again, so that
  ``link_contract.py`` checks the path that Orthanc acts on.
- Orthanc does not decode names and values of the query. If a name is repeated, Orthanc uses and gives only the last
  value.
- HEAD, OPTIONS and PROPFIND are given as GET; Orthanc answers 404 to them. If ``X-HTTP-Method-Override`` or
  ``_method`` sets another method, that method is given.
- If a header is repeated, the first value is given. Orthanc answers 500 to a value that is not UTF-8, before the filter
  runs.

Requires Python 3.9 and only the standard library.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import bounded_json
from access_log import AccessLog
from auth_service import AuthService, auth_service_from
from link_contract import Meaning, below, is_plain, is_token, meaning, permits
from token_file import FORMAT, FORMAT_PATH, Grant, TokenFile

LONGEST_CONFIGURATION = 16 * 1024 * 1024

SETTINGS = frozenset({"Header", "Scheme", "Tokens", "AuthService", "AccessLog", "Open", "Viewer", "RenderVideos"})

RESERVED_PATHS = frozenset(
    {
        "app", "auth", "changes", "dicom-web", "exports", "instances", "jobs", "modalities", "osimis-viewer",
        "patients", "peers", "plugins", "queries", "series", "statistics", "storage-commitment", "studies", "system",
        "token-filter", "tools", "transfers", "ui", "wado", "web-viewer", "webdav", "worklists", "wsi",
    }
)  # fmt: skip
"""First parts of the paths at which Orthanc and its plugins give access to data or accept commands."""

AUTH_SERVICE = "auth-service"
"""Stands in the access log for the share of a token of an orthanc-auth-service."""

OPEN_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+/")
HEADER = re.compile(r"[A-Za-z0-9_-]+")

Log = Callable[[str], None]


class TokenFilter:
    """Decides which requests are allowed. Without sources of tokens it allows only the files under ``open_url``.

    Args:
        header: the name of the header that carries the token.
        scheme: the authentication scheme before the token, such as ``Bearer``; '' for none.
        root: the DICOMweb root, without a slash at the end.
        open_url: the path of the viewer's files, such as ``/ohif/``, which need no token; '' for none.
        tokens: the token file, if there is one.
        service: the orthanc-auth-service, if there is one.
        log: the access log, if there is one.
    """

    def __init__(
        self,
        header: str,
        scheme: str,
        root: str,
        open_url: str,
        tokens: TokenFile | None,
        service: AuthService | None,
        log: AccessLog | None = None,
    ) -> None:
        self._header = header.lower()
        self._scheme = scheme
        self._root = root
        self._open_url = open_url
        self._tokens = tokens
        self._service = service
        self._log = log

    def allows(self, is_get: bool, path: str, headers: Mapping[str, str], query: Mapping[str, str]) -> bool:
        """Whether a request is allowed.

        Args:
            is_get: whether Orthanc gives its method as GET.
            path: as Orthanc gives it: decoded, from the root of the server.
            headers: with names in lower case.
            query: names and values as Orthanc gives them: not decoded.
        """
        raw = quote(path, safe="/")
        if is_get and self._is_open(raw):
            return True
        token = self._token(headers.get(self._header, ""))
        if not is_token(token):
            return self._logged(False, None, None, "")
        grant = self._tokens.grant(token) if self._tokens else None
        if grant and grant.everything:
            return True
        tail = below(raw, self._root) if is_get and is_plain(raw) else None
        if tail is None:
            return self._logged(False, grant, None, "")
        # Orthanc gives a lone "?" as a parameter without name and value.
        pairs = [f"{name}={value}" for name, value in query.items() if name or value]
        asked = meaning("GET", tail, "&".join(pairs))
        return self._logged(self._permits(token, grant, asked, path), grant, asked, tail)

    def _permits(self, token: str, grant: Grant | None, asked: Meaning, path: str) -> bool:
        if grant:
            return permits(grant.scope, asked)
        if self._service is None or asked.kind != "study" or asked.patients:
            return False
        return all(self._service.grants(token, study, path) for study in sorted(asked.studies))

    def _logged(self, allowed: bool, grant: Grant | None, asked: Meaning | None, tail: str) -> bool:
        """Counts a request in the access log; returns ``allowed``."""
        if self._log is None:
            return allowed
        share = grant.id if grant else AUTH_SERVICE if allowed else ""
        studies = sorted(asked.studies) if allowed and asked else ()
        for study in studies or ("",):
            self._log.record(share, grant.note if grant else "", study, tail, allowed)
        return allowed

    def start(self) -> None:
        """Starts what works beside the requests: the writing of the access log."""
        if self._log:
            self._log.start()

    def _is_open(self, raw: str) -> bool:
        return bool(self._open_url) and is_plain(raw) and below(raw, self._open_url.rstrip("/")) is not None

    def _token(self, value: str) -> str:
        if not self._scheme:
            return value
        scheme, _, token = value.partition(" ")
        return token if scheme.lower() == self._scheme.lower() else ""


def dicomweb_root(configuration: Mapping[str, Any]) -> str:
    """The DICOMweb root, without a slash at the end.

    Raises:
        ValueError: the setting is the root of the server, or not a plain path.
    """
    root = "/" + str(configuration.get("DicomWeb", {}).get("Root", "/dicom-web/")).strip("/")
    if root == "/" or not is_plain(root):
        raise ValueError("DicomWeb.Root must be a plain path such as /dicom-web/")
    return root


def token_filter_from(configuration: Mapping[str, Any], log: Log) -> TokenFilter:
    """The filter that Orthanc's configuration describes.

    Raises:
        AttributeError, KeyError, TypeError, ValueError: the section ``TokenFilter`` is missing or invalid.
    """
    section = configuration["TokenFilter"]
    unknown = set(section) - SETTINGS
    if unknown:
        raise ValueError(f"TokenFilter has no setting {', '.join(sorted(unknown))}")
    header = section.get("Header", "token")
    if not isinstance(header, str) or not HEADER.fullmatch(header):
        raise ValueError("TokenFilter.Header must be the name of a header")
    root = dicomweb_root(configuration)
    return TokenFilter(
        header,
        str(section.get("Scheme", "")),
        root,
        _open_url(section, root),
        TokenFile(Path(section["Tokens"]), log) if "Tokens" in section else None,
        auth_service_from(section["AuthService"], header, log) if "AuthService" in section else None,
        AccessLog(Path(section["AccessLog"]), log) if "AccessLog" in section else None,
    )


def _open_url(section: Mapping[str, Any], root: str) -> str:
    """The path that needs no token; it must hold a viewer's files and nothing else."""
    if "Viewer" in section:
        name, url = "Viewer.Url", section["Viewer"]["Url"]
    elif "Open" in section:
        name, url = "Open", section["Open"]
    else:
        return ""
    if not isinstance(url, str) or not OPEN_PATH.fullmatch(url):
        raise ValueError(f"TokenFilter.{name} must be a path such as /ohif/, with a slash at both ends")
    if url.split("/")[1] in RESERVED_PATHS or url.startswith(f"{root}/") or f"{root}/".startswith(url):
        raise ValueError(f"TokenFilter.{name} must be a path that Orthanc does not use: it would expose Orthanc's data")
    return url


def install(orthanc: Any) -> None:
    """Registers the filter for every request to Orthanc; it refuses all of them until the configuration was read.

    Args:
        orthanc: Orthanc's Python module.
    """
    chosen: list[TokenFilter] = []

    def decide(uri: str, **request: Any) -> bool:
        try:
            is_get = request["method"] == orthanc.HttpMethod.GET
            return bool(chosen) and chosen[0].allows(is_get, uri, request["headers"], request.get("get") or {})
        except Exception as error:
            orthanc.LogError(f"Token filter: a request was refused because of an internal {type(error).__name__}.")
            return False

    orthanc.RegisterIncomingHttpRequestFilter(decide)
    try:
        configuration = bounded_json.parse(orthanc.GetConfiguration().encode(), LONGEST_CONFIGURATION)
        ready = token_filter_from(configuration, orthanc.LogError)
        if "Viewer" in configuration["TokenFilter"]:
            import viewer_files

            viewer_files.install(orthanc, configuration)
        if configuration["TokenFilter"].get("RenderVideos"):
            import rendered_videos

            rendered_videos.install(orthanc, dicomweb_root(configuration))
        ready.start()
        chosen.append(ready)
    except Exception as error:
        orthanc.LogError(f"Token filter: every request is refused, because the configuration is invalid: {error!r}")
    # share_study.py asks which token files this filter reads.
    orthanc.RegisterRestCallback(FORMAT_PATH, lambda output, uri, **request: output.AnswerBuffer(FORMAT, "text/plain"))
    # closed_without_filter.lua checks that this path is answered.
    orthanc.RegisterRestCallback("/token-filter", lambda output, uri, **request: output.AnswerBuffer("1", "text/plain"))


try:
    import orthanc as _orthanc
except ImportError:
    """The script was not loaded by Orthanc, so there is nothing to install."""
else:
    install(_orthanc)
