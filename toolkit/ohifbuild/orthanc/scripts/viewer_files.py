"""A script for Orthanc's Python plugin that serves the files of a viewer with the headers they need.

Orthanc's ServeFolders plugin lacks two things that a viewer needs (observed with 1.10.1): it answers 404 to a route
such as ``/ohif/viewer?…``, which is not a file, and it cannot send the headers that give a page its shared memory and
its content security policy. ``token_filter.py`` installs this script if Orthanc's configuration has
``TokenFilter.Viewer``: ``{"Url": "/ohif/", "Folder": "…/viewer", "Headers": "…/headers.json"}``.

``ohifbuild deploy`` writes ``headers.json`` for one viewer: the headers of all files, of pages and of scripts, a
pattern for the names of files whose contents never change, and the media type of each suffix. Browsers must not store
pages, because the address of a page may hold a token.

Requires Python 3.9 and only the standard library.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import bounded_json

INDEX = "index.html"
PAGE = ".html"
LONGEST_TABLE = 1024 * 1024
ENCODINGS = ((".br", "br"), (".gz", "gzip"))
CODING = re.compile(r"\s*([A-Za-z0-9!#$%&'*+.^_`|~-]+)\s*(?:;\s*[qQ]=([01](?:\.[0-9]{0,3})?)\s*)?")
"""A content coding and its weight; anything else is ignored."""

FILE_NAME = re.compile(r"\.[A-Za-z][A-Za-z0-9]*$")
"""The end of a path that names a file, and not a route of the viewer."""


class ViewerFiles:
    """The files of a viewer, listed at the start. A request's path is looked up in this list and never used as a path.

    Args:
        url: the path of the viewer, with a slash at both ends.
        folder: the viewer's files.
        table: the contents of ``headers.json``.
        encode: whether to send compressed copies.

    Raises:
        KeyError, ValueError: the folder has no index.html, or the table does not fit its files.
    """

    def __init__(self, url: str, folder: Path, table: Mapping[str, Any], *, encode: bool) -> None:
        self._url = url
        self._table = table
        self._encode = encode
        self._immutable = re.compile(table["immutable"])
        self._files = {
            path.relative_to(folder).as_posix(): path
            for path in folder.rglob("*")
            if path.is_file() and not path.is_symlink()
        }
        if INDEX not in self._files:
            raise ValueError(f"{folder} has no {INDEX}")
        unknown = [name for name in self._files if name.endswith(PAGE) and name not in table["pages"]]
        if unknown:
            raise ValueError(f"there is no content security policy for the page {unknown[0]}")

    def answer(self, output: Any, uri: str, **request: Any) -> None:
        """The callback for Orthanc, for every path of the viewer."""
        headers = request.get("headers", {})
        if request.get("method") != "GET":
            output.SendMethodNotAllowed("GET")
        elif uri + "/" == self._url:
            # Orthanc's own Redirect is permanent: browsers would store it, and the address with the token.
            output.SetHttpHeader("Cache-Control", self._table["never_stored"])
            output.SetHttpHeader("Location", self._url + _query(request.get("get") or {}))
            output.SendHttpStatusCode(307)
        else:
            self._send(output, uri[len(self._url) :] or INDEX, headers)

    def _send(self, output: Any, name: str, headers: Mapping[str, str]) -> None:
        if name not in self._files or name.endswith(tuple(suffix for suffix, _ in ENCODINGS)):
            if FILE_NAME.search(name):
                output.SendHttpStatusCode(404)
                return
            name = INDEX
        path, encoding = self._encoded(name, headers.get("accept-encoding", ""))
        for key, value in self._headers(name).items():
            output.SetHttpHeader(key, value)
        if encoding:
            output.SetHttpHeader("Content-Encoding", encoding)
        if not name.endswith(PAGE):
            facts = path.stat()
            tag = f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"'
            output.SetHttpHeader("ETag", tag)
            if headers.get("if-none-match") == tag:
                output.SendHttpStatusCode(304)
                return
        output.AnswerBuffer(path.read_bytes(), self._type(name))

    def _encoded(self, name: str, accepted: str) -> tuple[Path, str]:
        variants = {coding: self._files[name + suffix] for suffix, coding in ENCODINGS if name + suffix in self._files}
        coding = preferred(accepted, variants) if self._encode else ""
        return variants.get(coding, self._files[name]), coding

    def _headers(self, name: str) -> dict[str, str]:
        caching = "for_ever" if self._immutable.search(name) else "ask_again"
        headers = {**self._table["all"], "Cache-Control": self._table[caching], "Vary": "Accept-Encoding"}
        if name.endswith(PAGE):
            headers["Cache-Control"] = self._table["never_stored"]
            headers["Content-Security-Policy"] = self._table["pages"][name]
        if name.endswith((".js", ".mjs")):
            headers["Content-Security-Policy"] = self._table["script_policy"]
        return headers

    def _type(self, name: str) -> str:
        return str(self._table["types"].get(Path(name).suffix, "application/octet-stream"))


def preferred(accepted: str, available: Iterable[str]) -> str:
    """The content coding of the answer (RFC 9110 12.5.3); '' for none.

    Args:
        accepted: the request's Accept-Encoding. A coding that it does not name, also not by ``*``, is not accepted.
        available: codings, the best first.
    """
    weights = {found[1].lower(): float(found[2] or 1) for found in map(CODING.fullmatch, accepted.split(",")) if found}
    chosen, most = "", weights.get("identity", 0.0)
    for coding in available:
        weight = weights.get(coding, weights.get("*", 0.0))
        # At equal weights a compressed answer is preferred.
        if weight > most or (weight == most > 0 and not chosen):
            chosen, most = coding, weight
    return chosen


def _query(arguments: Mapping[str, str]) -> str:
    """The raw query, rebuilt; Orthanc does not decode names and values."""
    return "?" + "&".join(f"{name}={value}" for name, value in arguments.items()) if arguments else ""


def install(orthanc: Any, configuration: Mapping[str, Any]) -> None:
    """Registers the viewer's path with Orthanc.

    Args:
        orthanc: Orthanc's Python module.
        configuration: Orthanc's configuration.

    Raises:
        KeyError, OSError, ValueError: a file that the configuration names is missing or invalid.
    """
    section = configuration["TokenFilter"]["Viewer"]
    url = str(section["Url"])  # token_filter.py has checked it
    table = bounded_json.read(Path(section["Headers"]), LONGEST_TABLE)
    # If Orthanc compresses its answers, it would compress these again.
    encode = configuration.get("HttpCompressionEnabled", True) is False
    files = ViewerFiles(url, Path(section["Folder"]), table, encode=encode)
    orthanc.RegisterRestCallback(re.escape(url) + "(.*)", files.answer)
    orthanc.RegisterRestCallback(re.escape(url.rstrip("/")), files.answer)
