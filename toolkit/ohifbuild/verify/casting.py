"""Gives the dataset's studies their parts in the scenarios, and each part its token."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ohifbuild.contract.settings import Settings
from ohifbuild.verify.cast import Cast, Subject
from ohifbuild.verify.dataset import STUDIES, Study
from ohifbuild.verify.dataset.contents import (
    COMPRESSED,
    DOCUMENTS,
    MULTIFRAME,
    ORDINARY,
    SECOND,
    SEGMENTED,
    VIDEO,
)
from ohifbuild.verify.given import GivenTokens
from ohifbuild.verify.tokens import Grant, Tokens, expired_token, new_token

OTHERS = (
    ("Compressed images", COMPRESSED),
    ("Multi-frame images", MULTIFRAME),
    ("Segmentation and contours", SEGMENTED),
    ("PDF, ECG and report", DOCUMENTS),
    ("Video", VIDEO),
)

WITH_THUMBNAIL = frozenset({"slices", "multiframe", "enhanced"})
"""Kinds of series that OHIF shows a picture of in its study panel."""


@dataclass(frozen=True)
class Casting:
    """The cast, and the tokens as the archive has to know them."""

    cast: Cast
    tokens: Tokens


def casting(settings: Settings, given: GivenTokens | None = None) -> Casting:
    """A new cast with fresh tokens, or with those that are given.

    Where the dist is built to search for a patient's other studies, the tokens allow it for their own patient.

    Raises:
        ArchiveUnsuitable: a token that is needed is not among those given.
    """
    parts = (("CT and MR", ORDINARY), ("Two studies", ORDINARY, SECOND), *OTHERS, ("Another study", SECOND))
    if given:
        given.check(_uids(studies) for _, *studies in parts)
    main, pair, *others, foreign = subjects = [_subject(given, name, *studies) for name, *studies in parts]
    expired = given.expired if given else expired_token()
    grants = {subject.token: _grant(subject, settings) for subject in subjects}
    labels = {subject.token: subject.name for subject in subjects} | {expired: "expired"}
    pictures = tuple(picture for study in STUDIES for picture in study.pictures)
    # A system that gives no reason, with tokens that do not tell either, cannot be asked for more.
    said = ("expired", "refused") if given else ("expired",)
    cast = Cast(main, pair, others, expired, said, foreign.token, pictures, labels)
    return Casting(cast, Tokens(grants, frozenset({expired})))


def _uids(studies: Iterable[Study]) -> frozenset[str]:
    return frozenset(study.uid for study in studies)


def _subject(given: GivenTokens | None, name: str, *studies: Study) -> Subject:
    shown = [series for study in studies for series in study.series if series.kind in WITH_THUMBNAIL]
    return Subject(
        name=name,
        studies=tuple(study.uid for study in studies),
        patients=tuple(dict.fromkeys(study.patient.id for study in studies)),
        token=given.by_studies[_uids(studies)] if given else new_token(),
        thumbnails=tuple(series.uid for series in shown),
    )


def _grant(subject: Subject, settings: Settings) -> Grant:
    if settings.priors == "never":
        return Grant(frozenset(subject.studies))
    return Grant(frozenset(subject.studies), frozenset(subject.patients))
