"""Removes tokens, in all usual encodings, from everything that verify writes."""

from __future__ import annotations

import base64
import dataclasses
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import quote, quote_plus

from ohifbuild.core.errors import InternalError

Value = TypeVar("Value")

SHORTEST_FORM = 6
"""Encoded forms with fewer characters are ignored, because they could be part of other texts."""

SHORTEST_TOKEN = 4
"""Shorter tokens are ignored, because they could be part of ordinary words."""


class Redactor:
    """Replaces tokens and their encoded forms by a label.

    It finds a token unencoded, percent-encoded (as by each function of browsers), JSON-escaped once or twice,
    HTML-escaped, in hexadecimal, and in base64 or base64url at any offset in a longer text. Letter case is ignored.

    Args:
        tokens: label by token, such as ``{"s3cret": "CT study"}``; the label is what the reader sees.
    """

    def __init__(self, tokens: Mapping[str, str]) -> None:
        self._labels: dict[str, str] = {}
        for token, label in tokens.items():
            for form in _forms(token):
                self._labels.setdefault(form.lower(), f"‹token: {label}›")
        ordered = sorted(self._labels, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, ordered)) or r"(?!)", re.IGNORECASE)

    def text(self, text: str) -> str:
        """The text without tokens."""
        if not self._found_in(text):
            return text
        return self._pattern.sub(lambda found: self._labels[found.group().lower()], text)

    def value(self, value: Value) -> Value:
        """A copy of a string, mapping, sequence or dataclass (nested as you like) without tokens. Bytes are kept."""
        return self._value(value)  # type: ignore[no-any-return]

    def check(self, text: str, where: str) -> None:
        """Checks a text before it is written to ``where``.

        Raises:
            InternalError: the text contains a token.
        """
        if self._found_in(text):
            raise InternalError(
                f"The text for {where} contains a token, so nothing was written.",
                cause="This is a defect of ohifbuild: a result was not redacted.",
                fix="Please report it.",
            )

    def _found_in(self, text: str) -> bool:
        # This is much faster than the pattern, and few texts contain a token.
        lowered = text.lower()
        return any(form in lowered for form in self._labels)

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            changes = {f.name: self._value(getattr(value, f.name)) for f in dataclasses.fields(value)}
            return dataclasses.replace(value, **changes)
        if isinstance(value, Mapping):
            return {self._value(key): self._value(item) for key, item in value.items()}
        if isinstance(value, tuple):
            return tuple(self._value(item) for item in value)
        if isinstance(value, list):
            return [self._value(item) for item in value]
        return value


def contains(tokens: Iterable[str], text: str) -> bool:
    """Whether the text holds one of the tokens, in any form that the Redactor knows."""
    lowered = text.lower()
    return any(form.lower() in lowered for token in tokens for form in _forms(token))


@lru_cache(maxsize=256)
def _forms(token: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_all_forms(token)))


def _all_forms(token: str) -> Iterator[str]:
    if len(token) < SHORTEST_TOKEN:
        return
    yield token
    for form in (*_escaped(token), *_encoded(token)):
        if len(form) >= SHORTEST_FORM:
            yield form


def _escaped(token: str) -> Iterator[str]:
    yield quote(token, safe="")
    yield quote(token)
    yield quote(token, safe="!'()*~-_.")  # encodeURIComponent
    yield quote(token, safe="!'()*~-_.;,/?:@&=+$#")  # encodeURI
    yield quote_plus(token)
    yield quote(quote(token, safe=""), safe="")
    for ascii_only in (True, False):
        once = json.dumps(token, ensure_ascii=ascii_only)[1:-1]
        yield once
        yield json.dumps(once, ensure_ascii=ascii_only)[1:-1]
    yield html.escape(token)
    yield repr(token)[1:-1]


def _encoded(token: str) -> Iterator[str]:
    raw = token.encode("utf-8", "surrogatepass")
    yield raw.hex()
    for lead in range(3):
        # Characters that also encode bits of neighbouring bytes are left out, so that the token is found at any
        # position in a longer base64 text.
        text = base64.b64encode(b"\0" * lead + raw).decode().rstrip("=")
        skipped = (lead * 8 + 5) // 6
        whole = (lead + len(raw)) * 8 // 6
        yield text[skipped:whole]
        yield text[skipped:whole].replace("+", "-").replace("/", "_")
