"""The meaning of a DICOMweb or WADO-URI request: which studies, which patients, or the whole archive.

A request that two servers could read differently has the kind ``other``; only administrators may send it. Sources:
DICOM PS3.18 sections 8.3.4 (search parameters), 9 (WADO-URI), 10 (WADO-RS, QIDO-RS).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from ohifbuild.contract.place import is_plain
from ohifbuild.contract.tokens import decode

Kind = Literal["study", "patient", "open", "other"]

UID = re.compile(r"(?!.{65})[0-9]+(?:\.[0-9]+)*")
"""At most 64 digits and dots (DICOM PS3.5 9.1); use it with ``fullmatch``."""

_SEARCHES = frozenset({"studies", "series", "instances"})
_METHODS = frozenset({"GET", "HEAD"})
_STUDY_NAMES = frozenset({"StudyInstanceUID", "0020000D", "0020000d"})
_PATIENT_NAMES = frozenset({"PatientID", "00100020"})
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*|[0-9A-Fa-f]{8}")
# Compared without case, hyphens and underscores, because a server may accept these spellings of the exact names.
_ABOUT_STUDY = re.compile(r"studyinstanceuids?|studyuid|0020000d|requesttype")
_ABOUT_PATIENT = re.compile(r"0010.{4}|(?:issuerof|other)?patient.*|mrn")
_PRINTABLE = re.compile(r"[!\"$-:<-~]*")
_TWICE_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}|[\x00-\x1f\x7f]")
_ANY_PATIENT = "*"


@dataclass(frozen=True)
class Meaning:
    """The meaning of a request.

    ``kind`` is ``study`` (the request names all its studies), ``patient`` (a search by patient), ``open`` (a search of
    the whole archive) or ``other``. ``studies`` are UIDs. ``patients`` are the Patient IDs of the search; ``*`` means a
    search by another attribute of the patient.
    """

    kind: Kind
    studies: frozenset[str] = frozenset()
    patients: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Scope:
    """The allowed requests: studies and exact Patient IDs. ``any_…`` lifts one limit; ``open`` allows open searches."""

    studies: frozenset[str] = frozenset()
    patients: frozenset[str] = frozenset()
    any_study: bool = False
    any_patient: bool = False
    open: bool = False


OTHER = Meaning("other")


def meaning(method: str, tail: str, query: str) -> Meaning:
    """The meaning of a request.

    Args:
        method: the HTTP method as sent.
        tail: the raw path below the DICOMweb root, without its first slash.
        query: the raw query, without the ``?``.
    """
    pairs = _pairs(query)
    if method not in _METHODS or pairs is None or not is_plain(f"/{tail}"):
        return OTHER
    if not tail:
        return _wado_uri(pairs)
    return _dicomweb([unquote(step) for step in tail.removesuffix("/").split("/")], pairs)


def permits(scope: Scope, asked: Meaning) -> bool:
    """Whether a scope permits a request."""
    if asked.kind == "other":
        return False
    if asked.kind == "open":
        return scope.open
    return (scope.any_study or asked.studies <= scope.studies) and (
        scope.any_patient or asked.patients <= scope.patients
    )


def _dicomweb(steps: list[str], pairs: list[tuple[str, str]]) -> Meaning:
    if steps[0] not in _SEARCHES or (steps[1:] and steps[0] != "studies"):
        return OTHER
    studies, patients = set(steps[1:2]), set()
    for name, value in pairs:
        if name in _STUDY_NAMES:
            studies |= set(re.split(r"[,\\]", value))
        elif name in _PATIENT_NAMES:
            patients.add(value)
        elif _ABOUT_STUDY.fullmatch(_folded(name)):
            return OTHER
        elif _ABOUT_PATIENT.fullmatch(_folded(name)):
            patients.add(_ANY_PATIENT)
    if not _are_uids(studies) or "" in patients:
        return OTHER
    kind: Kind = "study" if studies else "patient" if patients else "open"
    return Meaning(kind, frozenset(studies), frozenset(patients))


def _wado_uri(pairs: list[tuple[str, str]]) -> Meaning:
    studies = [value for name, value in pairs if name == "studyUID"]
    complete = [value for name, value in pairs if name == "requestType"] == ["WADO"] and len(studies) == 1
    exact = {"studyUID", "requestType"}
    ambiguous = any(
        (_ABOUT_STUDY.fullmatch(_folded(name)) and name not in exact) or _ABOUT_PATIENT.fullmatch(_folded(name))
        for name, _ in pairs
    )
    objects = [value for name, value in pairs if name == "objectUID"]
    if not complete or ambiguous or len(objects) != 1 or not _are_uids({*studies, *objects}):
        return OTHER
    return Meaning("study", frozenset(studies))


def _pairs(query: str) -> list[tuple[str, str]] | None:
    """The decoded parameters; None if two servers could read them differently.

    Some servers read ``;`` as a separator of parameters, some read ``+`` as a space, and some decode a value twice.
    """
    pairs = []
    for piece in filter(None, query.split("&")):
        name, _, raw = piece.partition("=")
        value = decode(raw)
        if value is None or not _PLAIN_NAME.fullmatch(name):
            return None
        if not _PRINTABLE.fullmatch(raw) or _TWICE_ENCODED.search(value):
            return None
        if "+" in raw and name in _PATIENT_NAMES:
            return None
        pairs.append((name, value))
    return pairs


def _folded(name: str) -> str:
    return re.sub(r"[-_]", "", name).lower()


def _are_uids(values: Iterable[str]) -> bool:
    return all(UID.fullmatch(value) for value in values)
