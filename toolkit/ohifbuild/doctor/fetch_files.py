"""Fetches a sample of the viewer's files: those that the page loads, and one of each type that browsers check."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from ohifbuild.doctor.address import Address
from ohifbuild.doctor.archives import roots_of
from ohifbuild.doctor.client import SHORT, Answer, Client
from ohifbuild.doctor.decompress import shows_page, unpacked
from ohifbuild.doctor.observations import FileEvidence, ViewerEvidence
from ohifbuild.doctor.viewer_page import modules_in, read_page
from ohifbuild.viewer.manifest import MANIFEST_NAME, FileEntry

INDEX, CONFIG = "index.html", "app-config.js"
OTHERS = ("silent-refresh.html", "sw.js")
"""OHIF's files for OpenID and for offline work. Each loads a script of another host."""
MOST_FILES = 16
LONGEST_RELEASE = 40
LONGEST_FILE = 24 * 1024 * 1024
LONGEST_MANIFEST = 2 * 1024 * 1024
MOST_ASKED_FOR = 400
GONE = (404, 410)
SCRIPTS = (".js", ".mjs", ".wasm")
SUFFIXES = (".wasm", ".mjs", ".css", ".json", ".js")
"""The smallest file of each suffix is fetched, besides the files that the page loads."""


async def fetch_files(theirs: Client, address: Address, viewer: ViewerEvidence) -> ViewerEvidence:
    """The evidence with the viewer's files and the DICOMweb root added."""
    base = address.origin + viewer.page.settings.public_url
    accepts = {"Accept-Encoding": "gzip, br" if address.scheme == "https" else "gzip"}
    none = f"{base}none-{secrets.token_hex(8)}.js"
    manifest_answer, config, missing, *others = await asyncio.gather(
        theirs.ask(base + MANIFEST_NAME, limit=LONGEST_MANIFEST),
        theirs.ask(base + CONFIG, headers=accepts, limit=LONGEST_MANIFEST),
        theirs.ask(none),
        *(theirs.ask(base + name) for name in OTHERS),
    )
    manifest, release = _manifest(manifest_answer)
    text = (unpacked(config) or b"").decode("utf-8", errors="replace")
    root, image_root, roots = roots_of(address, viewer.page.settings, text)
    wanted = _sample(address, viewer, modules_in(text), manifest)

    async def seen(name: str, answer: Answer | None = None) -> FileEvidence:
        answer = answer or await theirs.ask(base + name, headers=accepts, limit=LONGEST_FILE)
        elsewhere = "" if _is_there(answer) else await _elsewhere(theirs, address, base, name)
        return FileEvidence(name, answer, manifest.get(name), elsewhere)

    files = await asyncio.gather(seen(CONFIG, config), *map(seen, wanted))
    unseen = [name for name in manifest if name.endswith(SCRIPTS) and name not in wanted][:MOST_ASKED_FOR]
    return replace(
        viewer,
        page_expected=manifest.get(INDEX),
        release=release,
        files=tuple(files),
        missing=missing,
        root=root,
        image_root=image_root,
        roots=roots,
        absent=await _absent(theirs, base, unseen),
        others=tuple(name for name, answer in zip(OTHERS, others, strict=True) if _is_other(name, answer)),
    )


def _manifest(answer: Answer) -> tuple[Mapping[str, FileEntry], str]:
    """The entries of a dist's manifest and the OHIF release; empty if the manifest is not served."""
    if answer.status != 200 or not answer.whole:
        return {}, ""
    try:
        document = json.loads(answer.body)
        files = document["files"].items()
        entries = {str(name): FileEntry(str(entry["sha256"]), int(entry["size"])) for name, entry in files}
        return entries, str(document["inputs"].get("release", ""))[:LONGEST_RELEASE]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}, ""


def _sample(
    address: Address, viewer: ViewerEvidence, modules: Iterable[str], manifest: Mapping[str, FileEntry]
) -> list[str]:
    """The names of files below the public URL, in the order in which a browser loads them."""
    public_url = viewer.page.settings.public_url
    paths = [_path(address, public_url, url) for url in (*viewer.page.loads, *modules)]
    names = [path.removeprefix(public_url) for path in paths if path.startswith(public_url)]
    by_size = sorted(manifest, key=lambda name: (manifest[name].size, name))
    names += [next((name for name in by_size if name.endswith(suffix)), "") for suffix in SUFFIXES]
    return [name for name in dict.fromkeys(names) if name and name != CONFIG][:MOST_FILES]


def _path(address: Address, public_url: str, url: str) -> str:
    """The raw path of a URL in the page; '' if it is of another origin."""
    try:
        parts = urlsplit(urljoin(address.origin + public_url, url))
    except ValueError:
        return ""
    return parts.path if f"{parts.scheme}://{parts.netloc}" == address.origin else ""


async def _absent(theirs: Client, base: str, names: Iterable[str]) -> tuple[str, ...]:
    """The files that the server does not have. It is asked for their headers only, and for one file to be certain."""
    listed = list(names)
    answers = await asyncio.gather(*(theirs.ask(base + name, method="HEAD") for name in listed))
    absent = [name for name, answer in zip(listed, answers, strict=True) if answer.status in GONE]
    if absent and (await theirs.ask(base + absent[0], limit=SHORT)).status not in GONE:
        return ()
    return tuple(absent)


def _is_there(answer: Answer) -> bool:
    return answer.status == 200 and not shows_page(answer)


def _is_other(name: str, answer: Answer) -> bool:
    """Whether the answer is this file, and not the viewer's page or an error page of the server."""
    if not name.endswith(".html"):
        return _is_there(answer)
    return answer.status == 200 and b"<script" in answer.body and not read_page(answer.body).is_viewer


async def _elsewhere(theirs: Client, address: Address, base: str, name: str) -> str:
    """The folder in which a missing file is found; '' if it is not found."""
    folder = address.path.rpartition("/")[0] + "/"
    for place in dict.fromkeys((folder, "/")):
        if address.origin + place != base:
            answer = await theirs.ask(address.origin + place + name, limit=SHORT)
            if _is_there(answer):
                return place
    return ""
