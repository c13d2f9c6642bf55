"""Shares studies of an Orthanc with token_filter.py: it creates a token, stores it for the filter and prints the link.

    python3 share_study.py                         # lists the studies in Orthanc
    python3 share_study.py 1.2.3.4 --days 7        # prints a link to this study; several UIDs share one link

The script must stay in the folder with ``orthanc.json``, ``tokens.json``, ``link.json`` and the filter's scripts. Run
it as a user who can read and write these files: root, or the user that Orthanc runs as. The token is in the link's
fragment, which browsers never send to a server. Requires Python 3.9 and only the standard library.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import secrets
import ssl
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import bounded_json
from link_contract import LONGEST_TOKEN, MOST_STUDIES, UID, is_token
from token_file import LONGEST_FILE, digest_of

HERE = Path(__file__).resolve().parent
LONGEST_DAYS = 3650
SECONDS = 30.0


def main(arguments: list[str]) -> int:
    """Runs the command line and returns the exit status."""
    parser = argparse.ArgumentParser(description="Share studies of this Orthanc. Without a UID, list the studies.")
    parser.add_argument("study", nargs="*", help="Study Instance UID; several share one link")
    parser.add_argument("--days", type=int, default=7, help="how long the link works (default: %(default)s)")
    parser.add_argument("--token", default="", help="the token to use (default: a new random one)")
    options = parser.parse_args(arguments)
    studies = list(dict.fromkeys(options.study))
    wrong = [uid for uid in studies if not UID.fullmatch(uid)]
    if wrong:
        parser.error(f"not a Study Instance UID: {wrong[0]}")
    if len(studies) > MOST_STUDIES:
        parser.error(f"expected at most {MOST_STUDIES} studies")
    if not 0 < options.days <= LONGEST_DAYS:
        parser.error(f"expected 1 to {LONGEST_DAYS} days")
    if options.token and not is_token(options.token):
        parser.error(f"expected a token of at most {LONGEST_TOKEN} visible ASCII characters")
    try:
        with _administrator_header() as header:
            found = {uid: study for uid, study in _studies(header) if not studies or uid in studies}
        if not studies:
            print("\n".join(f"{uid}  {study}" for uid, study in sorted(found.items())) or "There are no studies.")
            return 0
        missing = [uid for uid in studies if uid not in found]
        if missing:
            print(f"Orthanc has no study {missing[0]}.", file=sys.stderr)
            return 1
        print(share(studies, options.days, options.token or secrets.token_urlsafe(32)))
    except (OSError, ValueError) as error:
        print(f"The study cannot be shared: {error}", file=sys.stderr)
        return 1
    return 0


def share(studies: list[str], days: int, token: str) -> str:
    """Grants a token access to studies, and returns the link.

    Raises:
        ValueError: the token is an administrator's.
    """
    until = (datetime.now().astimezone() + timedelta(days=days)).isoformat(timespec="seconds")
    with _tokens() as tokens:
        if tokens.get(digest_of(token), {}).get("everything"):
            raise ValueError("this token gives access to everything in Orthanc, and must not be in a link")
        tokens[digest_of(token)] = {"studies": studies, "expires": until}
    link = _read("link.json")
    return f"{link['Viewer']}?StudyInstanceUIDs={','.join(studies)}#{link['Parameter']}={quote(token)}"


def _studies(header: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The studies in Orthanc: Study Instance UID, and a line with date, patient and description."""
    settings = _read("orthanc.json")
    scheme = "https" if settings.get("SslEnabled") else "http"
    url = f"{scheme}://127.0.0.1:{settings.get('HttpPort', 8042)}/studies?expand"
    # The request goes to this machine, and the certificate is for another name.
    context = ssl._create_unverified_context()  # noqa: S323
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    try:
        with opener.open(urllib.request.Request(url, headers=header), timeout=SECONDS) as response:  # noqa: S310
            found = json.load(response)
    except urllib.error.URLError as error:
        raise OSError(f"Orthanc does not answer at {url}: {getattr(error, 'reason', error)}") from error
    for study in found:
        tags = {**study["PatientMainDicomTags"], **study["MainDicomTags"]}
        words = (tags.get(name, "") for name in ("StudyDate", "PatientID", "PatientName", "StudyDescription"))
        yield tags["StudyInstanceUID"], "  ".join(words)


@contextmanager
def _administrator_header() -> Iterator[dict[str, str]]:
    """A header that gives access to everything for the length of the block, and for a minute at most."""
    settings, token = _read("orthanc.json")["TokenFilter"], secrets.token_urlsafe(32)
    until = (datetime.now().astimezone() + timedelta(minutes=1)).isoformat()
    with _tokens() as tokens:
        tokens[digest_of(token)] = {"everything": True, "expires": until}
    try:
        yield {settings["Header"]: f"{settings['Scheme']} {token}".strip()}
    finally:
        with _tokens() as tokens:
            tokens.pop(digest_of(token), None)


@contextmanager
def _tokens() -> Iterator[dict[str, Any]]:
    """The contents of the token file, to be changed; the file is locked meanwhile, and then replaced atomically."""
    path = HERE / "tokens.json"
    with _locked():
        tokens = _read("tokens.json")
        yield tokens
        owner, new = path.stat(), path.with_name(f".{path.name}.new")
        new.unlink(missing_ok=True)
        new.touch(mode=0o600)
        if os.geteuid() == 0:
            os.chown(new, owner.st_uid, owner.st_gid)
        new.write_text(json.dumps(tokens, indent=2) + "\n", encoding="utf-8")
        new.replace(path)


@contextmanager
def _locked() -> Iterator[None]:
    """Locks the token file against this script and ``ohifbuild deploy``, which replaces all files of the folder."""
    path = HERE / "link.json"
    while True:
        with path.open() as locked:
            fcntl.flock(locked, fcntl.LOCK_EX)
            if os.path.samestat(os.fstat(locked.fileno()), path.stat()):
                yield
                return


def _read(name: str) -> dict[str, Any]:
    document = bounded_json.read(HERE / name, LONGEST_FILE)
    if not isinstance(document, dict):
        raise ValueError(f"{name}: expected an object")
    return document


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
