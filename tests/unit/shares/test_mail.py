from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from ohifbuild.shares.mail import LANGUAGES, mail

LINK = "https://pacs.example/viewer?StudyInstanceUIDs=1.2.3#token=abc"
UNTIL = datetime(2026, 12, 24, 18, 0, tzinfo=timezone(timedelta(hours=1)))
TEXTS = Path(__file__).parents[3] / "extension-template/src/texts"


def test_the_languages_are_those_of_the_viewers_messages() -> None:
    assert set(LANGUAGES) == {path.stem for path in TEXTS.glob("??.js")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_has_the_link_in_a_line_of_its_own_and_says_until_when(language: str) -> None:
    made = mail(LINK, UNTIL, language)
    assert made.text.splitlines().count(LINK) == 1
    assert "2026-12-24, 18:00 (UTC+0100)" in made.text
    assert re.fullmatch(r"[^\n]{5,60}", made.subject)
    assert "{" not in made.text
    assert str(made).startswith(f"{made.subject}\n\n")


def test_every_language_has_its_own_words() -> None:
    assert len({mail(LINK, UNTIL, language).subject for language in LANGUAGES}) == len(LANGUAGES)
