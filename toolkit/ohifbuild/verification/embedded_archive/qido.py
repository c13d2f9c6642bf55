"""QIDO-RS: searches for studies, series and instances (PS3.18 10.6; matching as in PS3.4 C.2.2.2)."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Sequence
from typing import Any

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from ohifbuild.verification.embedded_archive.answer import RequestRefused
from ohifbuild.verification.embedded_archive.dicomjson import Json, dicom_json, readable, text_of
from ohifbuild.verification.embedded_archive.holdings import Stored

STUDY = (
    *(0x00080005, 0x00080020, 0x00080030, 0x00080050, 0x00080090),
    *(0x00100010, 0x00100020, 0x00100030, 0x00100040, 0x0020000D, 0x00200010),
)
SERIES = (*STUDY, 0x00080060, 0x0008103E, 0x0020000E, 0x00200011)
INSTANCE = (*SERIES, 0x00080016, 0x00080018, 0x00200013, 0x00280008, 0x00280010, 0x00280011, 0x00280100)
RETURNED = {"studies": (*STUDY, 0x00081030), "series": SERIES, "instances": INSTANCE}
"""The attributes in Orthanc's answers at each level, and the study's description, which PS3.18 allows too."""

MODALITIES_IN_STUDY = 0x00080061
CONTROLS = frozenset({"limit", "offset", "fuzzymatching", "accept", "includefield"})

Filter = tuple[int, str]


def search(level: str, objects: Sequence[Stored], query: Iterable[tuple[str, str]], root: str) -> list[Json]:
    """The answers to a search at a level (``studies``, ``series`` or ``instances``) over the given objects.

    Raises:
        RequestRefused: an attribute is not known, or limit or offset is no number.
    """
    pairs = list(query)
    filters = [(_tag(key), value) for key, value in pairs if key not in CONTROLS]
    wanted = [tag for key, value in pairs if key == "includefield" for tag in _fields(value)]
    groups = [group for group in _grouped(level, objects) if all(_matches(group, *one) for one in filters)]
    offset, limit = _number(pairs, "offset", 0), _number(pairs, "limit", len(groups))
    return [_described(level, group, wanted, root) for group in groups[offset : offset + limit]]


def _grouped(level: str, objects: Sequence[Stored]) -> list[list[Stored]]:
    groups: dict[str, list[Stored]] = {}
    for stored in objects:
        key = {"studies": stored.study, "series": stored.series}.get(level, stored.instance)
        groups.setdefault(key, []).append(stored)
    return list(groups.values())


def _matches(group: Sequence[Stored], tag: int, wanted: str) -> bool:
    if tag == MODALITIES_IN_STUDY:
        return any(_fits(text_of(stored.head, "Modality"), "CS", wanted) for stored in group)
    element = readable(group[0].head, tag)
    if element is None:
        return _fits("", "", wanted)
    value = "" if element.value is None else element.value
    values = value if isinstance(value, MultiValue) else [value]
    return any(_fits(str(one), element.VR, wanted) for one in values)


def _fits(value: str, vr: str, wanted: str) -> bool:
    if wanted in ("", "*"):
        return True
    if vr == "UI":
        return value in re.split(r"[,\\]", wanted)
    if vr in ("DA", "TM", "DT") and "-" in wanted:
        first, _, last = wanted.partition("-")
        return bool(value) and (not first or value >= first) and (not last or value <= last)
    # fnmatch also supports sets in brackets, which DICOM does not.
    return fnmatch.fnmatchcase(value.lower(), wanted.lower().replace("[", "[[]"))


def _described(level: str, group: Sequence[Stored], wanted: Sequence[int], root: str) -> Json:
    first = group[0]
    picked = Dataset()
    for tag in dict.fromkeys((*RETURNED[level], *wanted)):
        element = readable(first.head, tag)
        if element is not None:
            picked.add(element)
    picked.SpecificCharacterSet = "ISO_IR 192"
    url = f"{root}/studies/{first.study}"
    if level != "studies":
        url += f"/series/{first.series}"
    if level == "instances":
        url += f"/instances/{first.instance}"
    answer = dicom_json(picked, f"{url}/bulk")
    answer |= {"00080056": _value("CS", "ONLINE"), "00081190": _value("UR", url), **_counts(level, group)}
    return dict(sorted(answer.items()))


def _counts(level: str, group: Sequence[Stored]) -> Json:
    if level == "instances":
        return {}
    if level == "series":
        return {"00201209": _value("IS", len(group))}
    modalities = sorted({text_of(stored.head, "Modality") for stored in group} - {""})
    series = len({stored.series for stored in group})
    return {
        "00080061": {"vr": "CS"} | ({"Value": modalities} if modalities else {}),
        "00201206": _value("IS", series),
        "00201208": _value("IS", len(group)),
    }


def _value(vr: str, value: object) -> dict[str, Any]:
    return {"vr": vr, "Value": [value]}


def _fields(text: str) -> list[int]:
    return [_tag(name) for name in text.split(",") if name and name != "all"]


def _tag(name: str) -> int:
    tag = int(name, 16) if re.fullmatch(r"[0-9A-Fa-f]{8}", name) else tag_for_keyword(name)
    if tag is None:
        raise RequestRefused(400, f"{name[:64]!r} is not a DICOM attribute.")
    return tag


def _number(query: Iterable[tuple[str, str]], name: str, default: int) -> int:
    text = next((value for key, value in query if key == name), "")
    if text and not re.fullmatch(r"\d{1,9}", text):
        raise RequestRefused(400, f"{name} must be a whole number.")
    return int(text) if text else default
