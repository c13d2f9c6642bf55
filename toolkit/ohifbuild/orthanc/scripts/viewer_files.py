"""Serves a viewer from within Orthanc, with the headers it needs: a script for Orthanc's Python plugin.

Orthanc's own ServeFolders plugin can do neither of two things that a viewer depends on (seen on 1.10.1): it answers
404 to a route such as ``/ohif/viewer?…``, which is not a file, and it cannot send the headers without which a browser
gives a page no shared memory and no content security policy. ``token_filter.py`` installs this script if Orthanc's
configuration has ``TokenFilter.Viewer``: ``{"Url": "/ohif/", "Folder": "…/viewer", "Headers": "…/headers.json"}``.

``headers.json`` was written for this very viewer: which headers go with all files, with pages and with scripts, which
file names never change their contents, and the media type of each suffix. Browsers are told to keep no page, because
the address of one may hold a token.

Only the standard library is used; Python 3.9 suffices.
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
"""A content coding and its weight; one with anything else in it is as if it were not there."""

FILE_NAME = re.compile(r"\.[A-Za-z][A-Za-z0-9]*$")
"""A path that ends so means a file; a route of the viewer does not."""


class ViewerFiles:
    """The files of a viewer as they were found at the start; a path is looked up and never made into a file name."""

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
            raise ValueError(f"{folder} holds no {INDEX}")
        unknown = [name for name in self._files if name.endswith(PAGE) and name not in table["pages"]]
        if unknown:
            raise ValueError(f"there is no content security policy for the page {unknown[0]}")

    def answer(self, output: Any, uri: str, **request: Any) -> None:
        """Orthanc's callback for every path of the viewer."""
        headers = request.get("headers", {})
        if request.get("method") != "GET":
            output.SendMethodNotAllowed("GET")
        elif uri + "/" == self._url:
            # Orthanc's own Redirect is permanent: browsers would keep it, and with it the address that it leads to.
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
    """The content coding to answer with, of those available, the best first; '' for none (RFC 9110 12.5.3).

    Args:
        accepted: the request's Accept-Encoding. What is not named there, by itself or by ``*``, is not wanted.
    """
    weights = {found[1].lower(): float(found[2] or 1) for found in map(CODING.fullmatch, accepted.split(",")) if found}
    chosen, most = "", weights.get("identity", 0.0)
    for coding in available:
        weight = weights.get(coding, weights.get("*", 0.0))
        # Where nothing else is said, what is compressed goes before what is not.
        if weight > most or (weight == most > 0 and not chosen):
            chosen, most = coding, weight
    return chosen


def _query(arguments: Mapping[str, str]) -> str:
    """The query again; Orthanc hands its names and values over as they were sent."""
    return "?" + "&".join(f"{name}={value}" for name, value in arguments.items()) if arguments else ""


def install(orthanc: Any, configuration: Mapping[str, Any]) -> None:
    """Registers the viewer's path with Orthanc.

    Raises:
        KeyError, OSError, ValueError: what the configuration names is not there, or not as written by us.
    """
    section = configuration["TokenFilter"]["Viewer"]
    url = str(section["Url"])  # token_filter.py has checked it
    table = bounded_json.read(Path(section["Headers"]), LONGEST_TABLE)
    # Where Orthanc itself compresses its answers, it would compress these once more.
    encode = configuration.get("HttpCompressionEnabled", True) is False
    files = ViewerFiles(url, Path(section["Folder"]), table, encode=encode)
    orthanc.RegisterRestCallback(re.escape(url) + "(.*)", files.answer)
    orthanc.RegisterRestCallback(re.escape(url.rstrip("/")), files.answer)
