"""Shares studies of an Orthanc with token_filter.py: it creates a token, stores it for the filter and prints the link.

    python3 share_study.py                         # lists the studies in Orthanc
    python3 share_study.py 1.2.3.4 --days 7        # prints a link to this study; several UIDs share one link

The script must stay in the folder with ``orthanc.json``, ``tokens.json``, ``link.json`` and the filter's scripts. Run
it as a user who can read and write these files: root, or the user that Orthanc runs as. The token is in the link's
fragment, which browsers never send to a server. ``ohifbuild share`` does more: it lists, extends and revokes shares.

Requires Python 3.9 and only the standard library.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import bounded_json
from link_contract import LONGEST_TOKEN, MOST_STUDIES, UID, is_token
from local_orthanc import LocalOrthanc, NoAnswer
from share_file import LINK, ShareFile, checked_note
from token_file import LONGEST_FILE

HERE = Path(__file__).resolve().parent
LONGEST_DAYS = 3650
WAIT_SECONDS = 60.0
POLL_SECONDS = 0.2
DAY = 86400.0
FORMER_FILTER = "Orthanc runs the filter of an earlier deployment; restart it first: systemctl restart orthanc"


def main(arguments: list[str]) -> int:
    """Runs the command line and returns the exit status."""
    parser = argparse.ArgumentParser(description="Share studies of this Orthanc. Without a UID, list the studies.")
    parser.add_argument("study", nargs="*", help="Study Instance UID; several share one link")
    parser.add_argument("--days", type=int, default=7, help="how long the link works (default: %(default)s)")
    parser.add_argument("--note", default="", help="a note that lists of shares show, such as for whom the link is")
    parser.add_argument(
        "--token",
        default="",
        help="the token to use (default: a new random one); - for a line of the input, since arguments can be read by "
        "all users of this machine",
    )
    parser.add_argument("--wait", action="store_true", help="only wait until Orthanc answers with this filter")
    options = parser.parse_args(arguments)
    if options.token == "-":
        options.token = sys.stdin.readline().strip() or parser.error("the input has no token")
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
        if options.wait:
            return wait()
        checked_note(options.note)
        missing = []
        with ShareFile(HERE).administrator() as administrator:
            orthanc = LocalOrthanc(_read("orthanc.json"), administrator)
            if not studies:
                lines = sorted(f"{uid}  {study}" for uid, study in orthanc.studies())
                print("\n".join(lines) or "There are no studies.")
                return 0
            if not orthanc.reads_the_format():
                raise ValueError(FORMER_FILTER)
            missing = orthanc.missing(studies)
        if missing:
            print(f"Orthanc has no study {missing[0]}.", file=sys.stderr)
            return 1
        print(share(studies, options.days, options.token or secrets.token_urlsafe(32), options.note))
    except (OSError, ValueError) as error:
        what = "Orthanc is not ready" if options.wait else "The study cannot be shared"
        print(f"{what}: {error}", file=sys.stderr)
        return 1
    return 0


def wait() -> int:
    """Waits until Orthanc answers with this filter; returns the exit status.

    Raises:
        OSError, ValueError: it does not, or a file of the deployment cannot be used.
    """
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            with ShareFile(HERE).administrator() as administrator:
                if LocalOrthanc(_read("orthanc.json"), administrator).reads_the_format():
                    return 0
                reason = OSError(FORMER_FILTER)
        except NoAnswer as error:
            reason = error
        if time.monotonic() > until:
            raise reason
        time.sleep(POLL_SECONDS)


def share(studies: list[str], days: int, token: str, note: str = "") -> str:
    """Grants a token access to studies, and returns the link.

    Raises:
        OSError, ValueError: as ``ShareFile.add``.
    """
    link = _read(LINK)
    ShareFile(HERE).add(studies, token, time.time() + days * DAY, note)
    return f"{link['Viewer']}?StudyInstanceUIDs={','.join(studies)}#{link['Parameter']}={quote(token)}"


def _read(name: str) -> dict[str, Any]:
    document = bounded_json.read(HERE / name, LONGEST_FILE)
    if not isinstance(document, dict):
        raise ValueError(f"{name}: expected an object")
    return document


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
