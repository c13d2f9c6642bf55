"""Orthanc's statement of the contract gives what every row of the shared tables says."""

from __future__ import annotations

import ast
import string
from dataclasses import FrozenInstanceError
from pathlib import Path
from urllib.parse import unquote

import pytest

import link_contract
from link_contract import OTHER, UID, Meaning, Scope, is_plain, is_token, meaning, permits
from ohifbuild.contract import link, tokens
from ohifbuild.orthanc.configuration import SCRIPTS
from vectors import Row, differences, rows

NARROW = [row for row in rows("scopes") if True not in row["scope"].values()]
"""No token of the filter's gives any study or any patient."""


def test_scopes() -> None:
    def permitted(row: Row) -> bool:
        given, asked = row["scope"], row["asked"]
        scope = Scope(frozenset(given["studies"]), frozenset(given["patients"]))
        return permits(scope, Meaning(asked["kind"], frozenset(asked["studies"]), frozenset(asked["patients"])))

    assert differences(NARROW, permitted, lambda row: row["permits"]) == []


def test_tokens() -> None:
    """A token with percent signs may be refused for its spelling in a link, of which the archive sees nothing."""
    single = [row for row in rows("tokens") if len(set(filter(None, row["raw"]))) == 1]
    given = {id(row): next(filter(None, row["raw"])) for row in single}
    taken = [row for row in single if row["token"] is not None]
    refused = [row for row in single if row["token"] is None and "%" not in given[id(row)]]
    assert differences(taken, lambda row: is_token(row["token"]), lambda _: True) == []
    assert differences(refused, lambda row: is_token(unquote(given[id(row)])), lambda _: False) == []


def test_limits_are_those_of_the_contract() -> None:
    assert (link_contract.MOST_STUDIES, link_contract.LONGEST_TOKEN) == (link.MOST_STUDIES, tokens.LONGEST)


@pytest.mark.parametrize("result", [Scope(), Meaning("open")])
def test_results_are_immutable(result: object) -> None:
    with pytest.raises(FrozenInstanceError):
        result.studies = frozenset()  # type: ignore[attr-defined]


LETTERS = string.ascii_letters + string.digits + "-_~!$&'()*+,:=@"
CHARACTERS = [chr(code) for code in range(256)]


def test_every_character_of_a_path_by_itself_and_percent_encoded() -> None:
    first, later, encoded = set(LETTERS), {*LETTERS, "."}, {*LETTERS, " "}
    assert [c for c in CHARACTERS if is_plain(f"/{c}")] == sorted(first)
    assert {c for c in CHARACTERS if is_plain(f"/a{c}b")} == later | {"/"}
    for form in ("%{:02x}", "%{:02X}"):
        assert {c for c in CHARACTERS if is_plain("/" + form.format(ord(c)))} == encoded
        assert {c for c in CHARACTERS if is_plain("/a" + form.format(ord(c)))} == encoded


def test_every_percent_sign_needs_two_hexadecimal_digits() -> None:
    for half in "2346":
        assert {c for c in CHARACTERS if is_plain(f"/%{half}{c}")} <= {*string.hexdigits}
    assert not [c for c in CHARACTERS if is_plain(f"/%{c}")]


def test_every_character_of_a_parameter() -> None:
    def passes(query: str) -> bool:
        return meaning("GET", "studies/1.2.3", query) != OTHER

    values = set(map(chr, range(0x21, 0x7F))) - set(";#")
    assert {c for c in CHARACTERS if passes(f"x={c}")} == values - {"%"}
    names = {*string.ascii_letters, *string.digits, *"_-"}
    assert {c for c in CHARACTERS if passes(f"a{c}=1")} == names | {"="}
    assert {c for c in CHARACTERS if passes(f"{c}=1")} == {*string.ascii_letters, "_"}
    assert {c for c in CHARACTERS if passes(f"0008000{c}=1")} == {*string.hexdigits}
    assert {c for c in CHARACTERS if passes(f"0{c}080000=1")} == {*string.hexdigits}
    for form in ("%{:02x}", "%{:02X}"):
        # A control character, and what is no UTF-8 by itself.
        assert {c for c in CHARACTERS if passes("x=" + form.format(ord(c)))} == set(map(chr, range(0x20, 0x7F)))
        # What is encoded twice.
        assert not [c for c in CHARACTERS if passes("x=%25" + form.format(ord(c))[1:])]
    assert {c for c in CHARACTERS if passes(f"x=%2{c}")} == {*string.hexdigits}
    within = set(LETTERS) - {"&"}
    assert {c for c in within if not passes(f"x=%254{c}")} == {*string.hexdigits}
    assert {c for c in within if not passes(f"x=%25{c}4")} == {*string.hexdigits}
    assert passes("x=%254")
    assert {c for c in CHARACTERS if passes(f"x=%{c}1")} == set("234567")


def test_every_tag_of_the_patient_and_every_spelling_of_the_study() -> None:
    for tag in (f"0010{number:04x}" for number in range(0x10000)):
        if tag != "00100020":
            assert meaning("GET", "studies", f"{tag}=1").patients == {"*"}, tag
    for name in ("_0020000d", "_0020000D", "0020000d_", "Study-Instance-UID", "study_instance_uid", "_requestType"):
        assert meaning("GET", "studies/1.2.3", f"{name}=1.2.3") == OTHER


def test_every_character_of_a_uid() -> None:
    assert {c for c in CHARACTERS if UID.fullmatch(f"1{c}")} == {*string.digits}
    assert {c for c in CHARACTERS if UID.fullmatch(c)} == {*string.digits}
    assert {c for c in CHARACTERS if UID.fullmatch(f"1{c}2")} == {*string.digits, "."}
    assert [bool(UID.fullmatch(uid)) for uid in ("12.304.0", "", "1..2", ".1", "1.", "1" * 64, "1" * 65)] == [
        True, False, False, False, False, True, False,
    ]  # fmt: skip


def test_every_character_of_a_token() -> None:
    assert {c for c in CHARACTERS if is_token(c)} == set(map(chr, range(0x21, 0x7F)))
    assert [is_token("x" * length) for length in (0, 1, 8192, 8193)] == [False, True, True, False]


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.py")), ids=lambda script: script.name)
def test_scripts_are_read_by_python_3_9(script: Path) -> None:
    ast.parse(script.read_text(), feature_version=(3, 9))
