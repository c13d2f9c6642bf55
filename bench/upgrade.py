"""Measures repeat visits: what a browser fetches again, after an upgrade too, and what dictionaries would save.

    python bench/upgrade.py OLD NEW [--json FILE]

OLD and NEW are dists of ohifbuild. One browser with one cache opens the same link three times from one server: with
OLD, with OLD again, and after the server has NEW. Bytes are those of static files on the line, headers included. For
each file that the last visit fetched, zstd (a program that must be installed) says how large it would be with the old
file of the same role as its dictionary, which is what RFC 9842's ``dcz`` sends.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.sync_api import CDPSession

from ohifbuild.cache.default import default_root
from ohifbuild.cache.entries import Cache
from ohifbuild.contract.settings import Settings, read_settings
from ohifbuild.core.console import TerminalReporter
from ohifbuild.server.static_files import HASHED
from ohifbuild.verification.browser import find_browser, started
from ohifbuild.verification.dataset import cached_dataset
from ohifbuild.verification.egress_proxy import egress_proxy
from ohifbuild.verification.embedded_archive import EmbeddedArchive
from ohifbuild.verification.fixtures import prepare_fixtures
from ohifbuild.verification.pixels import PictureIndex
from ohifbuild.verification.scenario_context import ScenarioContext
from ohifbuild.verification.session import tab
from ohifbuild.verification.viewer_site import site
from ohifbuild.verification.windows import window
from ohifbuild.viewer.manifest import read_manifest

HASH = re.compile(r"\.[0-9a-f]{8,}(?=\.)|(?<=^ohifbuild/)[0-9a-f]{8,}(?=/)|^[0-9a-f]{16,}(?=\.)")


@dataclass(frozen=True)
class Visit:
    """The static files that came over the line: their bytes by name (a 304 is some 300); ``cached`` did not."""

    title: str
    fetched: dict[str, int]
    cached: int

    @property
    def size(self) -> int:
        return sum(self.fetched.values())


class Line:
    """Counts what a page gets over the line."""

    def __init__(self, session: CDPSession, settings: Settings) -> None:
        self._settings = settings
        self._urls: dict[str, str] = {}
        self._bytes: dict[str, int] = {}
        self._cached: set[str] = set()
        session.on("Network.responseReceived", self._received)
        session.on("Network.requestServedFromCache", lambda event: self._cached.add(event["requestId"]))
        session.on("Network.loadingFinished", self._finished)
        session.send("Network.enable")

    def _received(self, event: dict[str, object]) -> None:
        response = event["response"]
        assert isinstance(response, dict)
        number = str(event["requestId"])
        self._urls[number] = response["url"]
        if response.get("fromDiskCache"):
            self._cached.add(number)

    def _finished(self, event: dict[str, object]) -> None:
        self._bytes[str(event["requestId"])] = int(str(event["encodedDataLength"]).partition(".")[0])

    def visit(self, title: str) -> Visit:
        ours = {
            number: unquote(urlsplit(url).path.removeprefix(self._settings.public_url)) or "index.html"
            for number, url in self._urls.items()
            if url.startswith("http") and not self._settings.is_archive(url)
        }
        fetched: dict[str, int] = {}
        for number, name in ours.items():
            if number not in self._cached:
                fetched[name] = fetched.get(name, 0) + self._bytes.get(number, 0)
        return Visit(title, fetched, sum(number in self._cached for number in ours))


def visits(old: Path, new: Path, cache: Cache, reporter: TerminalReporter) -> list[Visit]:
    """The three visits."""
    settings = read_settings(old)
    parts = prepare_fixtures(settings)
    pictures = PictureIndex(parts.fixtures.pictures)
    found = []
    with tempfile.TemporaryDirectory() as folder:
        live = Path(folder) / "live"
        live.symlink_to(old.absolute())
        with (
            site(live, EmbeddedArchive(cached_dataset(cache)), parts.tokens, settings=settings) as running,
            egress_proxy() as proxy,
            started(find_browser(reporter), reporter) as browser,
            window(browser, running.base_url.rstrip("/"), proxy) as context,
        ):
            for title, dist in (("first visit", old), ("repeat visit", old), ("visit after the upgrade", new)):
                live.unlink()
                live.symlink_to(dist.absolute())
                with tab(context, running.base_url.rstrip("/")) as new_tab:
                    line = Line(context.new_cdp_session(new_tab.page), settings)
                    scenario = ScenarioContext(new_tab, running, proxy, parts.fixtures, settings, pictures)
                    scenario.image("open", "open", parts.fixtures.main, scenario.link(parts.fixtures.main))
                    found.append(line.visit(title))
    return found


def role(name: str) -> str:
    """A file's name without its hash: what a file of the next dist with another hash is compared with."""
    return HASH.sub("", name)


def with_dictionary(old: Path, new: Path, names: Iterable[str]) -> dict[str, int]:
    """For each of the new files whose role an old file has: its bytes with that file as the dictionary."""
    before = {role(name): name for name in read_manifest(old).files if not name.endswith((".br", ".gz"))}
    found = {}
    for name in names:
        if (new / name).is_file() and role(name) in before and HASHED.search(name):
            command: list[str | Path] = [
                "zstd",
                "-15",
                "--long=27",
                "-q",
                "-c",
                f"--patch-from={old / before[role(name)]}",
                new / name,
            ]
            found[name] = len(subprocess.run(command, check=True, capture_output=True).stdout)
    return found


def main() -> None:
    """Measures and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--json", type=Path, help="a file for the figures")
    options = parser.parse_args()
    files = [name for name in read_manifest(options.new).files if not name.endswith((".br", ".gz"))]
    immutable = [name for name in files if HASHED.search(name)]
    same = set(read_manifest(options.old).files.items()) & set(read_manifest(options.new).files.items())
    print(
        f"{len(immutable)} of {len(files)} files immutable; {len({n for n, _ in same} & set(files))} as in the old dist"
    )
    seen = visits(options.old, options.new, Cache(default_root()), TerminalReporter())
    for visit in seen:
        again = sum(not HASHED.search(name) for name in visit.fetched)
        print(
            f"{visit.title:<26}{visit.size / 1e6:7.3f} MB in {len(visit.fetched):3} answers, {again} of them for files "
            f"that are not immutable; {visit.cached} from the cache"
        )
    fetched = seen[-1].fetched
    smaller = with_dictionary(options.old, options.new, fetched)
    saved = sum(fetched[name] - size for name, size in smaller.items())
    print(f"with dictionaries         {(seen[-1].size - saved) / 1e6:7.3f} MB ({len(smaller)} files have one)")
    if options.json:
        document = {"visits": [asdict(visit) for visit in seen], "with dictionaries": smaller}
        options.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
