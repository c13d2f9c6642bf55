"""Lets each token reach its own studies in Orthanc, and nothing else: a script for Orthanc's Python plugin.

Copy it beside your configuration with the scripts that it imports, and name it there (``PythonScript``), with a section
``TokenFilter``. A request passes if it is a GET that names its studies, by its path (``studies/<uid>/…``) or by a
search pinned to them (``studies?StudyInstanceUID=…``), and the token in its header is good for each of them. All
others are answered 403: the REST API, searches by patient, Orthanc Explorer, and whatever this script does not
understand. An entry with ``"everything": true`` opens all of Orthanc: it is for those who run it.

A viewer that Orthanc itself serves is open to everybody: ``Open`` names its path (``/ohif/``), or ``Viewer``
has ``viewer_files.py`` serve one. Two sources say what a token is good for; either may be left out:

- ``Tokens``: the file that ``token_file.py`` describes.
- ``AuthService``: ``{"Url": "http://auth:8000", "Username": "…", "Password": "…", "ServerId": "…"}``, an
  orthanc-auth-service, which ``auth_service.py`` asks. Where there is no answer, there is no access.

Why Python: Orthanc's Lua filter is not told the query of a request (seen on 1.10.1), and so cannot tell a search for
one study from a search for all. What Orthanc gives to a filter is not what was sent (all seen on 1.10.1):

- The path is decoded, and its ``..`` and ``//`` are resolved. It is encoded again here, so that ``link_contract.py``
  judges the path that Orthanc acts upon.
- Names and values of the query are not decoded, and Orthanc does not decode them either. It takes the last of several
  with one name, and gives only that one.
- HEAD, OPTIONS and PROPFIND are given as GET; Orthanc answers 404 to them, whatever is asked for. Where
  ``X-HTTP-Method-Override`` or ``_method`` asks for another method, that one is given.
- Of several headers with one name the first is given. A value that is not UTF-8 is answered 500 before it gets here.

Only the standard library is used; Python 3.9 suffices.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import bounded_json
from auth_service import AuthService, service_of
from link_contract import below, is_plain, is_token, meaning, permits
from token_file import TokenFile

LONGEST_CONFIGURATION = 16 * 1024 * 1024

SETTINGS = frozenset({"Header", "Scheme", "Tokens", "AuthService", "Open", "Viewer", "RenderVideos"})

OWN_PATHS = frozenset(
    {
        "app", "auth", "changes", "dicom-web", "exports", "instances", "jobs", "modalities", "osimis-viewer",
        "patients", "peers", "plugins", "queries", "series", "statistics", "storage-commitment", "studies", "system",
        "token-filter", "tools", "transfers", "ui", "wado", "web-viewer", "webdav", "worklists", "wsi",
    }
)  # fmt: skip
"""First steps of paths at which Orthanc and its plugins answer with what they hold, or do what they are told."""

OPEN_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+/")
HEADER = re.compile(r"[A-Za-z0-9_-]+")

Log = Callable[[str], None]


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
        """Whether a request may pass.

        Args:
            path: as Orthanc gives it: decoded, from the root of the server.
            headers: with names in lower case.
            query: names and values as Orthanc gives them: not decoded.
        """
        raw = quote(path, safe="/")
        if is_get and self._is_open(raw):
            return True
        token = self._token(headers.get(self._header, ""))
        if not is_token(token):
            return False
        grant = self._tokens.grant(token) if self._tokens else None
        if grant and grant.everything:
            return True
        tail = below(raw, self._root) if is_get and is_plain(raw) else None
        if tail is None:
            return False
        # A lone "?" comes as a parameter without name and value.
        pairs = [f"{name}={value}" for name, value in query.items() if name or value]
        asked = meaning("GET", tail, "&".join(pairs))
        if grant:
            return permits(grant.scope, asked)
        if self._service is None or asked.kind != "study" or asked.patients:
            return False
        return all(self._service.grants(token, study, path) for study in sorted(asked.studies))

    def _is_open(self, raw: str) -> bool:
        return bool(self._open_url) and is_plain(raw) and below(raw, self._open_url.rstrip("/")) is not None

    def _token(self, value: str) -> str:
        if not self._scheme:
            return value
        scheme, _, token = value.partition(" ")
        return token if scheme.lower() == self._scheme.lower() else ""


def root_of(configuration: Mapping[str, Any]) -> str:
    """The DICOMweb root, without a slash at the end.

    Raises:
        ValueError: it is the root of the server, or no plain path.
    """
    root = "/" + str(configuration.get("DicomWeb", {}).get("Root", "/dicom-web/")).strip("/")
    if root == "/" or not is_plain(root):
        raise ValueError("DicomWeb.Root has to be a plain path such as /dicom-web/")
    return root


def filter_of(configuration: Mapping[str, Any], log: Log) -> TokenFilter:
    """The filter that Orthanc's configuration asks for.

    Raises:
        AttributeError, KeyError, TypeError, ValueError: the section ``TokenFilter`` is missing or invalid.
    """
    section = configuration["TokenFilter"]
    unknown = set(section) - SETTINGS
    if unknown:
        raise ValueError(f"TokenFilter has no setting {', '.join(sorted(unknown))}")
    header = section.get("Header", "token")
    if not isinstance(header, str) or not HEADER.fullmatch(header):
        raise ValueError("TokenFilter.Header has to be the name of a header")
    root = root_of(configuration)
    return TokenFilter(
        header,
        str(section.get("Scheme", "")),
        root,
        _open_url(section, root),
        TokenFile(Path(section["Tokens"]), log) if "Tokens" in section else None,
        service_of(section["AuthService"], header, log) if "AuthService" in section else None,
    )


def _open_url(section: Mapping[str, Any], root: str) -> str:
    """What needs no token: it must hold a viewer's files and nothing else."""
    if "Viewer" in section:
        name, url = "Viewer.Url", section["Viewer"]["Url"]
    elif "Open" in section:
        name, url = "Open", section["Open"]
    else:
        return ""
    if not isinstance(url, str) or not OPEN_PATH.fullmatch(url):
        raise ValueError(f"TokenFilter.{name} has to be a path such as /ohif/, with a slash at both ends")
    if url.split("/")[1] in OWN_PATHS or url.startswith(f"{root}/") or f"{root}/".startswith(url):
        raise ValueError(f"TokenFilter.{name} would open what Orthanc holds: it has to be a path of the viewer's own")
    return url


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
        configuration = bounded_json.parse(orthanc.GetConfiguration().encode(), LONGEST_CONFIGURATION)
        ready = filter_of(configuration, orthanc.LogError)
        if "Viewer" in configuration["TokenFilter"]:
            import viewer_files

            viewer_files.install(orthanc, configuration)
        if configuration["TokenFilter"].get("RenderVideos"):
            import rendered_videos

            rendered_videos.install(orthanc, root_of(configuration))
        chosen.append(ready)
    except Exception as error:
        orthanc.LogError(f"Token filter: everything is refused, because it cannot be set up: {error!r}")
    # What closed_without_filter.lua looks for.
    orthanc.RegisterRestCallback("/token-filter", lambda output, uri, **request: output.AnswerBuffer("1", "text/plain"))


try:
    import orthanc as _orthanc
except ImportError:
    """Read by something else than Orthanc: there is nothing to install."""
else:
    install(_orthanc)
