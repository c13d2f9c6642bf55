"""The page about messages has each message with its title, and each answer of the table."""

from __future__ import annotations

import json
import re
from pathlib import Path

from ohifbuild.contract.answers import retry

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "explanation" / "messages.md").read_text(encoding="utf-8")
TEXTS = (ROOT / "extension-template" / "src" / "texts" / "en.js").read_text(encoding="utf-8")
ANSWERS = ROOT / "extension-template" / "src" / "contract" / "answers.json"


def test_every_message_is_on_the_page_with_its_title() -> None:
    titles = re.findall(r"^  '?([a-z-]+)'?: \[\n    '([^']+)',", TEXTS, re.MULTILINE)
    assert len(titles) > 10
    assert set(re.findall(r"^\| `([a-z-]+)` \| ([^|]+) \|", PAGE, re.MULTILINE)) == set(titles)


def test_the_answers_that_are_sent_again_are_on_the_page() -> None:
    answers = json.loads(ANSWERS.read_text(encoding="utf-8"))["answers"]
    again = {status for status, answer in answers.items() if answer["retry"]}
    rows = "".join(line for line in PAGE.splitlines(keepends=True) if line.endswith("| yes |\n"))
    assert {*re.findall(r"\d{3}", rows), "0"} == again
    assert "none" in rows


def test_the_bounds_of_retries_are_on_the_page() -> None:
    bounds = retry()
    assert f"after {bounds.pauses[0]:g}, {bounds.pauses[1]:g} and {bounds.pauses[2]:g} seconds" in PAGE
    assert f"up to {bounds.longest:g} seconds" in PAGE
    assert f"end after {bounds.total:g}." in PAGE.replace("\n", " ")
