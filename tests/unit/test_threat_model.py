"""The threat model claims nothing without a proof that is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ohifbuild.verification.claims import CLAIMS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explanation" / "security.md").read_text(encoding="utf-8")
TABLE = PAGE.partition("\n## What is promised")[2].partition("\n## ")[0]
PROMISES = [(row[1], row[2]) for row in re.finditer(r"^\| (.+) \| (.+) \|$", TABLE, re.MULTILINE)][1:]
PROOF = re.compile(r"(claim|attacks|vectors|tests?)s? ((?:`[^`]+`(?:, )?)+)")
CLAIMED = frozenset(claim.key for claim in CLAIMS)


def is_there(kind: str, name: str) -> bool:
    if kind == "claim":
        return name in CLAIMED
    if kind == "attacks":
        module, _, group = name.partition(".")
        rows = ROOT / "tests" / "attacks" / "rows" / f"{module}.py"
        return rows.is_file() and re.search(rf"^{group} = ", rows.read_text(encoding="utf-8"), re.MULTILINE) is not None
    if kind == "vectors":
        return any(ROOT.glob(f"*/**/vectors/{name}.json"))
    return any((ROOT / "tests").rglob(name)) or (ROOT / "extension-template" / "test" / name).is_file()


@pytest.mark.parametrize(("promise", "proven_by"), PROMISES)
def test_every_proof_of_a_promise_is_there(promise: str, proven_by: str) -> None:
    found = [(kind, name) for kind, names in PROOF.findall(proven_by) for name in re.findall(r"`([^`]+)`", names)]
    assert len(found) == proven_by.count("`") // 2 > 0
    assert [(kind, name) for kind, name in found if not is_there(kind, name)] == []


def test_the_promises_are_found() -> None:
    assert len(PROMISES) > 10
