"""Pages and templates state the limits of the contract, and no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ohifbuild.contract import link, tokens

ROOT = Path(__file__).parents[3]
TEXTS = sorted([*ROOT.glob("docs/**/*.md"), *ROOT.glob("toolkit/ohifbuild/deploy/templates/*.j2")])
STATED = re.compile(r"token (?:may have|has at most) (?:at most )?(\d+) characters|link (\d+)[:.]", re.IGNORECASE)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_a_text_states_the_limits_of_the_contract(path: Path) -> None:
    text = path.read_text()
    assert {int(number) for found in STATED.findall(text) for number in found if number} <= {
        tokens.LONGEST,
        link.LONGEST,
    }
    assert not re.search(r"[Tt]okens? may have \d+ kB", text)


def test_the_contracts_page_states_both_limits() -> None:
    text = (ROOT / "docs/explanation/contract.md").read_text()
    assert f"a token has at most {tokens.LONGEST} characters, a link {link.LONGEST}" in text
