"""Reads the data sets in an archive's answers (DICOM JSON, PS3.18 F)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ohifbuild.doctor.client import Answer
from ohifbuild.doctor.decompress import unpacked

STUDY, SERIES, INSTANCE = "0020000D", "0020000E", "00080018"
PATIENT_NAME, PATIENT, ROWS, SOP_CLASS = "00100010", "00100020", "00280010", "00080016"
MODALITY, MODALITIES = "00080060", "00080061"


def is_json(answer: Answer) -> bool:
    """Whether the body is a JSON list, the beginning of one, or empty."""
    body = (unpacked(answer) or b"").strip()
    if not body:
        return not answer.body
    if not answer.whole:
        return body[:1] == b"["
    try:
        return isinstance(json.loads(body), list)
    except (ValueError, RecursionError):
        return False


def rows(answer: Answer | None) -> list[dict[str, Any]]:
    """The data sets in an answer; none if it is not a complete JSON list."""
    if answer is None or answer.status != 200 or not answer.whole:
        return []
    try:
        found = json.loads(unpacked(answer) or b"")
    except (ValueError, RecursionError):
        return []
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def value_of(row: Mapping[str, Any], tag: str) -> str:
    """The first value of a tag; '' if there is none."""
    first = _first(row, tag)
    return str(first) if isinstance(first, str | int) else ""


def name_in(row: Mapping[str, Any], tag: str = PATIENT_NAME) -> list[str]:
    """The component groups of a person's name: in Latin letters, ideograms, and as it is spoken."""
    groups = _first(row, tag)
    return [text for text in groups.values() if isinstance(text, str)] if isinstance(groups, dict) else []


def _first(row: Mapping[str, Any], tag: str) -> object:
    element = row.get(tag)
    values = element.get("Value") if isinstance(element, dict) else None
    return values[0] if isinstance(values, list) and values else None
