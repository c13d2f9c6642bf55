"""Random tokens, expired tokens, and what a grant permits."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest

from ohifbuild.contract.grants import Grant, Tokens, expired_token, new_token
from ohifbuild.contract.request import Scope
from ohifbuild.contract.tokens import is_expired, is_token

YEAR_2000 = 946_684_800


def decoded(part: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def test_a_new_token_has_256_random_bits_and_needs_no_escaping() -> None:
    one, other = new_token(), new_token()
    assert one != other
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) for token in (one, other))


def test_an_expired_token_is_a_json_web_token_that_expired_in_2000() -> None:
    token = expired_token()
    header, claims, signature = token.split(".")
    assert decoded(header) == {"alg": "HS256", "typ": "JWT"}
    assert set(decoded(claims)) == {"exp", "jti"}
    assert len({signature, decoded(claims)["jti"], *expired_token().split(".")[1:]}) == 4
    assert is_token(token)
    assert is_expired(token, YEAR_2000 + 1)
    assert not is_expired(token, YEAR_2000)
    assert "=" not in token


def test_a_grant_permits_its_studies_and_patients_and_nothing_more() -> None:
    assert Grant(frozenset({"1.2"})).scope == Scope(frozenset({"1.2"}), frozenset())
    assert Grant(frozenset({"1.2"}), frozenset({"7"})).scope == Scope(frozenset({"1.2"}), frozenset({"7"}))


def test_grants_cannot_be_changed_and_tokens_are_not_shown() -> None:
    tokens = Tokens({"one": Grant(frozenset())}, frozenset({"old"}))
    assert Tokens({}).expired == frozenset()
    assert repr(tokens) == "Tokens()"
    for value, attribute in ((tokens, "grants"), (tokens.grants["one"], "studies")):
        with pytest.raises(AttributeError):
            setattr(value, attribute, frozenset())
