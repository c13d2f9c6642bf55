"""Changes to valid input that parsers tend to get wrong."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

WORDS = (
    "</script>", "</SCRIPT ", "<!--", "-->", "]]>", "\u2028", "\u2029", "'", '"', "`", "${", "\\", "\\u003c", "\0",
    "\r\n", "\t", "\x7f", "\x85", "\ufeff", "../", "..\\", "/", "//", "%2e%2e", "%2f", "%5c", "%00", "%0d%0a", "%252e",
    "%c0%af", "%ff", "%", "+", ";", "&", "=", "?", "#", "*", ",", "__proto__", "constructor", "é", "İ", "ı", "Σ", "ſ",
    "\u212a", "\u0661", "😀", "\u202e", "e\u0301", "1e999", "-1", "9" * 25, "0x" + "f" * 20, "nan", "[" * 60, "{" * 60,
    "A" * 300,
)  # fmt: skip
"""Text that some parser treats in its own way."""


def text(random: Random, *likely: str) -> str:
    """One to four words, more often ``likely`` ones."""
    return "".join(random.choice(likely if likely and random.random() < 0.6 else WORDS) for _ in range(_few(random)))


def spoilt(random: Random, data: bytes, words: Sequence[bytes] = ()) -> bytes:
    """``data`` with none to six edits: a word more, a part less, a part again, another byte."""
    for _ in range(random.randrange(7)):
        start = random.randrange(len(data) + 1)
        end = min(len(data), start + random.choice((1, 2, 4, 16, 200)))
        edit = random.randrange(5)
        if edit == 0:
            data = data[:start] + _word(random, words) + data[start:]
        elif edit == 1:
            data = data[:start] + data[end:]
        elif edit == 2:
            data = data[:end] + data[start:end] * random.choice((1, 2, 40)) + data[end:]
        elif edit == 3:
            data = data[:start] + bytes([random.randrange(256)]) + data[start + 1 :]
        else:
            data = data[:start] + _word(random, words) + data[end:]
    return data


def _word(random: Random, words: Sequence[bytes]) -> bytes:
    return random.choice(words) if words and random.random() < 0.7 else random.choice(WORDS).encode()


def _few(random: Random) -> int:
    return random.choice((1, 1, 1, 2, 2, 3, 4))
