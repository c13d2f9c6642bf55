"""No token passes the gate, in any disguise."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ohifbuild.core.errors import InternalError
from ohifbuild.verification.evidence import Message
from ohifbuild.verification.redact import Redactor, contains

TOKENS = st.text(st.characters(codec="utf-8"), min_size=6, max_size=40).filter(lambda t: len(t.strip()) >= 6)


@given(token=TOKENS, lead=st.binary(max_size=7), tail=st.binary(max_size=7))
def test_every_encoded_form_is_caught(token: str, lead: bytes, tail: bytes) -> None:
    raw = token.encode()
    redactor = Redactor({token: "study A"})
    for text in (
        token,
        quote(token, safe=""),
        quote(token),
        quote_plus(token),
        json.dumps({"t": token}),
        json.dumps({"t": token}, ensure_ascii=False),
        json.dumps(json.dumps({"t": token})),
        base64.b64encode(lead + raw + tail).decode(),
        base64.urlsafe_b64encode(lead + raw + tail).decode(),
        raw.hex(),
        raw.hex().upper(),
    ):
        assert contains([token], text)
        assert "‹token: study A›" in redactor.text(text)


def test_the_longer_of_two_overlapping_tokens_is_redacted() -> None:
    redactor = Redactor({"secret-1": "short", "secret-12": "long"})
    assert redactor.text("secret-12 secret-1") == "‹token: long› ‹token: short›"


def test_nested_values_are_redacted_and_bytes_kept() -> None:
    redactor = Redactor({"s3cret-token": "A"})
    value = {"k": [Message("refused", "s3cret-token", True), ("S3CRET-TOKEN", b"s3cret-token")]}
    assert redactor.value(value) == {"k": [Message("refused", "‹token: A›", True), ("‹token: A›", b"s3cret-token")]}


def test_a_text_with_a_token_is_refused() -> None:
    redactor = Redactor({"s3cret-token": "A"})
    redactor.check("nothing here", "report.html")
    with pytest.raises(InternalError) as caught:
        redactor.check("x" + quote("s3cret-token"), "report.html")
    assert "s3cret" not in str(caught.value.what)


def test_without_tokens_nothing_changes() -> None:
    assert Redactor({}).text("as it was") == "as it was"
    assert not contains([""], "as it was")
