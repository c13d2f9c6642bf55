"""The DICOM JSON model (PS3.18 annex F), with bulk data by reference like Orthanc's."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import Any

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

BULK_VRS = frozenset({"OB", "OW", "OF", "OD", "OL", "OV", "UN"})

Json = dict[str, Any]


def dicom_json(dataset: Dataset, bulk: str, path: str = "") -> Json:
    """A dataset as DICOM JSON. Each binary value becomes a BulkDataURI: ``bulk`` and the path of its element.
    A value that breaks the rules of DICOM is left out.

    The path consists of tags and item numbers (from 1), such as ``54000100/1/54001010``.
    """
    answer: Json = {}
    for tag in sorted(dataset.keys()):
        element = readable(dataset, tag) if tag.group != 2 and tag.element != 0 else None
        if element is not None:
            answer[f"{tag:08X}"] = _element(element, bulk, path)
    return answer


def readable(dataset: Dataset, name: int | str) -> DataElement | None:
    """An element by its tag or keyword; None if it is missing, or if its value breaks the rules of DICOM."""
    try:
        return dataset[name]
    except Exception:  # KeyError if it is missing; pydicom raises many kinds for a damaged value
        return None


def text_of(dataset: Dataset, name: int | str) -> str:
    """The value of an element as text; '' if it is missing or damaged."""
    element = readable(dataset, name)
    return "" if element is None or element.value is None else str(element.value)


def _element(element: DataElement, bulk: str, path: str) -> Json:
    here = f"{path}{element.tag:08x}"
    if element.VR == "SQ":
        items = [dicom_json(item, bulk, f"{here}/{number}/") for number, item in enumerate(element.value, 1)]
        return {"vr": "SQ", "Value": items} if items else {"vr": "SQ"}
    if element.VR in BULK_VRS:
        return {"vr": element.VR, "BulkDataURI": f"{bulk}/{here}"} if element.value else {"vr": element.VR}
    try:
        return _finite(dict(element.to_json_dict(None, 0)))
    except Exception:  # as in readable
        return {"vr": element.VR}


def _finite(described: Json) -> Json:
    """Without NaN and infinities, which JSON does not have."""
    values = described.get("Value", ())
    if any(isinstance(value, float) and not isfinite(value) for value in values):
        finite = [None if isinstance(value, float) and not isfinite(value) else value for value in values]
        return {**described, "Value": finite}
    return described


def bulk_element(dataset: Dataset, way: tuple[str, ...]) -> DataElement | None:
    """The binary element at a path; None if there is none."""
    steps = iter(way)
    found = _follow(dataset, steps)
    return found if found is not None and found.VR in BULK_VRS and found.value else None


def _follow(dataset: Dataset, steps: Iterator[str]) -> DataElement | None:
    try:
        element = dataset.get(int(next(steps), 16))
        item = next(steps, None)
        if element is None or item is None:
            return element
        return _follow(element.value[int(item) - 1], steps) if element.VR == "SQ" and int(item) > 0 else None
    except (ValueError, IndexError, StopIteration, OverflowError):
        return None
