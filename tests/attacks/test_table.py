"""The tables of rows: names, reasons, requirements, and the texts that weakenings replace."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Protocol

import pytest

from attacks.model import Weakening
from attacks.rows import ORTHANC_ATTACKS, PAGE_ATTACKS, PROFILE_ATTACKS, SOCKET_ATTACKS
from ohifbuild.core.resources import extension_template


class Row(Protocol):
    """The fields that every row has."""

    @property
    def name(self) -> str: ...

    @property
    def why(self) -> str: ...


ROWS: tuple[Row, ...] = (*PAGE_ATTACKS, *SOCKET_ATTACKS, *ORTHANC_ATTACKS, *PROFILE_ATTACKS)
WEAKENINGS = {attack.weakening.name: attack.weakening for attack in PAGE_ATTACKS}
WEAKENINGS |= {attack.weakening.name: attack.weakening for attack in PROFILE_ATTACKS}


def test_there_are_at_least_120_rows_each_with_a_unique_name_and_a_reason() -> None:
    assert len(ROWS) >= 120
    assert [name for name, count in Counter(row.name for row in ROWS).items() if count > 1] == []
    assert [row.name for row in ROWS if not row.why] == []


def test_every_requirement_has_a_docstring() -> None:
    requirements: list[tuple[str, object]] = [(row.name, row.requirement) for row in PAGE_ATTACKS]
    requirements += [(row.name, row.requirement) for row in SOCKET_ATTACKS]
    assert [name for name, requirement in requirements if not requirement.__doc__] == []


@pytest.mark.parametrize("weakening", WEAKENINGS.values(), ids=WEAKENINGS)
def test_every_text_that_a_weakening_replaces_is_in_the_template_exactly_once(weakening: Weakening) -> None:
    texts: dict[Path, str] = {}
    for change in weakening.template:
        path = extension_template() / change.file
        texts[path] = change.applied(texts.get(path) or path.read_text(encoding="utf-8"))
