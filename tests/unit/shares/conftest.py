"""A deployment's folder, as ``ohifbuild deploy`` writes it, with an Orthanc that is not asked over a network."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import local_orthanc
from token_file import FORMAT

STUDIES = ("1.2.3", "4.5.6")


@dataclass
class FakeOrthanc:
    """An Orthanc that holds STUDIES."""

    format_is_known: bool = True
    fails: OSError | None = None
    asked: list[str] = field(default_factory=list)

    def reads_the_format(self) -> bool:
        if self.fails:
            raise self.fails
        return self.format_is_known

    def missing(self, studies: Iterable[str]) -> list[str]:
        self.asked.extend(studies)
        return [uid for uid in studies if uid not in STUDIES]


@pytest.fixture
def orthanc(monkeypatch: pytest.MonkeyPatch) -> FakeOrthanc:
    fake = FakeOrthanc()
    monkeypatch.setattr(local_orthanc, "LocalOrthanc", lambda settings, token: fake)
    return fake


@pytest.fixture
def deployment(tmp_path: Path, orthanc: FakeOrthanc) -> Path:
    return write_deployment(tmp_path / "viewer")


@pytest.fixture
def new_deployment(tmp_path: Path) -> Callable[..., Path]:
    return lambda name, **changes: write_deployment(tmp_path / name, **changes)


def write_deployment(folder: Path, *, link: dict[str, Any] | None = None, tokens: str = "{}", **filtering: Any) -> Path:
    place = folder / "orthanc"
    place.mkdir(parents=True)
    known = {"Viewer": "https://pacs.example/ohif/viewer", "Parameter": "token", "Format": FORMAT}
    section = {"Header": "token", "Scheme": "", "AccessLog": str(place / "access.jsonl"), **filtering}
    (place / "link.json").write_text(json.dumps(known if link is None else link))
    (place / "orthanc.json").write_text(json.dumps({"HttpPort": 8042, "TokenFilter": section}))
    (place / "tokens.json").write_text(tokens)
    return folder
