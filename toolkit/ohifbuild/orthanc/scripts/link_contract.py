"""ohifbuild's rules for tokens, paths under a root, and the studies of a request, for Orthanc's scripts.

``ohifbuild.contract`` has the same rules for the toolkit, and the viewer's JavaScript has them for browsers. This
script can import neither, because it is copied to servers that have only Orthanc. All three run the same test vectors,
in ``extension-template/test/vectors``.

Requires Python 3.9 and only the standard library.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, unquote_to_bytes

LONGEST_TOKEN = 8192
"""Characters. nginx and Apache refuse header lines beyond about 8 KiB by default."""

MOST_STUDIES = 200
"""Studies that one link may name."""

_VISIBLE = re.compile(r"[\x21-\x7e]+")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")

_LETTERS = r"-A-Za-z0-9_~!$&'()*+,:=@"
# The same characters percent-encoded, and the space; never a dot, a slash or a semicolon.
_ENCODED = r"%(?:2[0146789A-Da-d]|3[0-9ADad]|4[0-9A-Fa-f]|5[0-9AFaf]|6[1-9A-Fa-f]|7[0-9AEae])"
_SEGMENT = rf"(?:[{_LETTERS}]|{_ENCODED})(?:[{_LETTERS}.]|{_ENCODED})*"
_PLAIN = re.compile(rf"/(?:{_SEGMENT}(?:/{_SEGMENT})*/?)?")

UID = re.compile(r"(?!.{65})[0-9]+(?:\.[0-9]+)*")
"""At most 64 digits and dots (DICOM PS3.5 9.1), used with ``fullmatch``."""

Kind = Literal["study", "patient", "open", "other"]

_SEARCHES = frozenset({"studies", "series", "instances"})
_METHODS = frozenset({"GET", "HEAD"})
_STUDY_NAMES = frozenset({"StudyInstanceUID", "0020000D", "0020000d"})
_PATIENT_NAMES = frozenset({"PatientID", "00100020"})
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*|[0-9A-Fa-f]{8}")
# Compared without case, hyphens and underscores, because some servers accept these spellings of the names.
_ABOUT_STUDY = re.compile(r"studyinstanceuids?|studyuid|0020000d|requesttype")
_ABOUT_PATIENT = re.compile(r"0010.{4}|(?:issuerof|other)?patient.*|mrn")
_PRINTABLE = re.compile(r"[!\"$-:<-~]*")
_TWICE_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}|[\x00-\x1f\x7f]")
_ANY_PATIENT = "*"


@dataclass(frozen=True)
class Meaning:
    """What a request asks for.

    Args:
        kind: ``study`` (the request names every study that it concerns), ``patient`` (a search by patient), ``open`` (a
            search of the whole archive) or ``other``, which no token allows.
        studies: Study Instance UIDs.
        patients: values of Patient ID; ``*`` stands for a search by another attribute of the patient.
    """

    kind: Kind
    studies: frozenset[str] = frozenset()
    patients: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Scope:
    """What a token allows: requests for these studies, and searches for exactly these Patient IDs."""

    studies: frozenset[str] = frozenset()
    patients: frozenset[str] = frozenset()


OTHER = Meaning("other")


def is_token(value: str) -> bool:
    """Whether a value may be sent as a token: visible ASCII, at most ``LONGEST_TOKEN`` characters."""
    return len(value) <= LONGEST_TOKEN and _VISIBLE.fullmatch(value) is not None


def is_plain(path: str) -> bool:
    """Whether every server reads a path in the same way.

    Args:
        path: the raw path, from its first slash to before the ``?``.
    """
    return _PLAIN.fullmatch(path) is not None


def below(path: str, root: str) -> str | None:
    """The part of a raw path below a root: '' for the root itself, None if the path is not under the root.

    Args:
        path: as for ``is_plain``; the caller must check that it is plain.
        root: a path without a slash at its end.
    """
    if path == root:
        return ""
    return path[len(root) + 1 :] if path.startswith(f"{root}/") else None


def meaning(method: str, tail: str, query: str) -> Meaning:
    """What a request asks for.

    Args:
        method: as sent.
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
    """Whether a request stays within a scope."""
    named = asked.kind in ("study", "patient")
    return named and asked.studies <= scope.studies and asked.patients <= scope.patients


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
    objects = [value for name, value in pairs if name == "objectUID"]
    complete = [value for name, value in pairs if name == "requestType"] == ["WADO"] and len(studies) == 1
    exact = {"studyUID", "requestType"}
    ambiguous = any(
        (_ABOUT_STUDY.fullmatch(_folded(name)) and name not in exact) or _ABOUT_PATIENT.fullmatch(_folded(name))
        for name, _ in pairs
    )
    if not complete or ambiguous or len(objects) != 1 or not _are_uids({*studies, *objects}):
        return OTHER
    return Meaning("study", frozenset(studies))


def _pairs(query: str) -> list[tuple[str, str]] | None:
    """The decoded parameters; None if two servers could read them differently."""
    pairs = []
    for piece in filter(None, query.split("&")):
        name, _, raw = piece.partition("=")
        value = _decode(raw)
        if value is None or not _PLAIN_NAME.fullmatch(name):
            return None
        if not _PRINTABLE.fullmatch(raw) or _TWICE_ENCODED.search(value):
            return None
        if "+" in raw and name in _PATIENT_NAMES:
            return None
        pairs.append((name, value))
    return pairs


def _decode(raw: str) -> str | None:
    """Percent-decodes a text, in which ``+`` stays ``+``; None if it is malformed."""
    if _BROKEN_ESCAPE.search(raw):
        return None
    try:
        return unquote_to_bytes(raw).decode()
    except UnicodeError:
        return None


def _folded(name: str) -> str:
    return re.sub(r"[-_]", "", name).lower()


def _are_uids(values: Iterable[str]) -> bool:
    return all(UID.fullmatch(value) for value in values)
