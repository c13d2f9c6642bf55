"""The text of an e-mail with a link, in the languages of the viewer's messages: those of ``mails.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

LANGUAGES = ("en", "de", "es", "fr", "it", "nl", "pt")
TEXTS = Path(__file__).with_name("mails.toml")


@dataclass(frozen=True)
class Mail:
    """An e-mail in plain text."""

    subject: str
    text: str

    def __str__(self) -> str:
        return f"{self.subject}\n\n{self.text}"


def mail(link: str, expires: datetime, language: str) -> Mail:
    """The e-mail for a link. It names neither patient nor study.

    Args:
        expires: with a time zone, in which the text gives it.
        language: one of ``LANGUAGES``.
    """
    words = tomllib.loads(TEXTS.read_text(encoding="utf-8"))[language]
    # A date in numbers that every language reads in the same way (ISO 8601).
    until = words["until"].format(until=f"{expires:%Y-%m-%d, %H:%M} (UTC{expires:%z})")
    return Mail(words["subject"], f"{words['opens']}\n\n{link}\n\n{until}\n{words['help']}\n")
