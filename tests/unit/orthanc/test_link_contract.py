"""Orthanc's statement of the contract gives what every row of the shared tables says."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from link_contract import Meaning, Scope, below, is_plain, is_token, meaning, permits
from ohifbuild.orthanc import SCRIPTS
from vectors import rows

Row = dict[str, Any]


@pytest.mark.parametrize("row", rows("places"))
def test_place(row: Row) -> None:
    assert (below(row["path"], row["root"]) if is_plain(row["path"]) else None) == row["tail"], row["why"]


@pytest.mark.parametrize("row", rows("requests"))
def test_request(row: Row) -> None:
    asked = meaning(row["method"], row["tail"], row["query"])
    assert asked == Meaning(row["kind"], frozenset(row["studies"]), frozenset(row["patients"])), row["why"]


NARROW = [row for row in rows("scopes") if True not in row["scope"].values()]
"""No token of the filter's gives any study or any patient."""


@pytest.mark.parametrize("row", NARROW)
def test_scope(row: Row) -> None:
    given, asked = row["scope"], row["asked"]
    scope = Scope(frozenset(given["studies"]), frozenset(given["patients"]))
    asks = Meaning(asked["kind"], frozenset(asked["studies"]), frozenset(asked["patients"]))
    assert permits(scope, asks) is row["permits"], row["why"]


@pytest.mark.parametrize("row", [row for row in rows("tokens") if len(set(filter(None, row["raw"]))) == 1])
def test_token(row: Row) -> None:
    given = next(filter(None, row["raw"]))
    if row["token"] is not None:
        assert is_token(row["token"]), row["why"]
    elif "%" not in given:
        assert not is_token(unquote(given)), row["why"]


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.py")), ids=lambda script: script.name)
def test_scripts_are_read_by_python_3_9(script: Path) -> None:
    ast.parse(script.read_text(), feature_version=(3, 9))
