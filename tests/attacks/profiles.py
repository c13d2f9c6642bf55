"""Attacks on the profile of a closed browser: what it still contains of the token and the images."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser
from playwright.sync_api import Error as PlaywrightError

from attacks.hostile_archive import IMAGE_BYTES
from attacks.model import Weakening
from attacks.runner import TOKEN, AttackRunner
from attacks.visit import STARTED
from ohifbuild.core.console import SilentReporter
from ohifbuild.verification.browser import ARGUMENTS, find_browser, why_no_sandbox
from ohifbuild.verification.dataset.contents import ORDINARY

CHAIN_END = 0x20000000
"""The bit of a visit's transition in Chromium's History that makes the browser list the visit
(ui/base/page_transition_types.h)."""


@dataclass(frozen=True)
class ProfileAttack:
    """An attacker searches the profile of a closed browser.

    Args:
        query: the text after the studies in the link.
        find: searches the profile's folder; returns what it finds, or ''.
    """

    name: str
    why: str
    query: str
    find: Callable[[Path], str]
    weakening: Weakening


def found_in_profile(
    runner: AttackRunner, browser: Browser, attack: ProfileAttack, against: Weakening | None = None
) -> str:
    """What the attack finds after a link was opened and the browser was closed."""
    with tempfile.TemporaryDirectory() as folder, runner.serving(against) as origin:
        context = browser.browser_type.launch_persistent_context(
            folder,
            executable_path=find_browser(SilentReporter()).executable,
            headless=True,
            chromium_sandbox=not why_no_sandbox(),
            args=list(ARGUMENTS),
        )
        page = context.pages[0]
        with suppress(PlaywrightError):  # the page navigates away at once
            page.goto(f"{origin}/viewer?StudyInstanceUIDs={ORDINARY.uid}{attack.query}", wait_until="commit")
        for _ in range(200):
            with suppress(PlaywrightError):
                if page.evaluate(STARTED):
                    break
            page.wait_for_timeout(25)
        page.evaluate(
            "async path => { await (await fetch(path)).text(); }", f"/dicom-web/studies/{ORDINARY.uid}/rendered"
        )
        context.close()
        return attack.find(Path(folder))


def in_history(profile: Path) -> str:
    """An address with the token in the browser's list of visited pages; '' if there is none."""
    database = sqlite3.connect(f"file:{profile / 'Default/History'}?immutable=1", uri=True)
    try:
        rows = database.execute("select u.url, v.transition from visits v join urls u on u.id = v.url").fetchall()
    finally:
        database.close()
    assert rows, "the history is empty"
    return next((url for url, transition in rows if TOKEN in url and transition & CHAIN_END), "")


def in_cache(profile: Path) -> str:
    """The name of a file in the disk cache that contains the image; '' if there is none."""
    files = [path for path in profile.rglob("*") if path.is_file() and "Cache" in str(path.relative_to(profile))]
    assert files, "there is no cache"
    return next((path.name for path in files if IMAGE_BYTES.encode() in path.read_bytes()), "")
