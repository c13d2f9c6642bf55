"""Gives the dataset's studies their parts in the scenarios, and each part its token."""

from __future__ import annotations

from dataclasses import dataclass

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
from ohifbuild.verify.settings import Settings
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


def casting(settings: Settings) -> Casting:
    """A new cast with fresh tokens.

    Where the dist is built to search for a patient's other studies, the tokens allow it for their own patient.
    """
    main, pair = _subject("CT and MR", ORDINARY), _subject("Two studies", ORDINARY, SECOND)
    others = tuple(_subject(name, study) for name, study in OTHERS)
    foreign, expired = _subject("Another study", SECOND), expired_token()
    subjects = (main, pair, *others, foreign)
    grants = {subject.token: _grant(subject, settings) for subject in subjects}
    labels = {subject.token: subject.name for subject in subjects} | {expired: "expired"}
    pictures = tuple(picture for study in STUDIES for picture in study.pictures)
    cast = Cast(main, pair, others, expired, foreign.token, pictures, labels)
    return Casting(cast, Tokens(grants, frozenset({expired})))


def _subject(name: str, *studies: Study) -> Subject:
    shown = [series for study in studies for series in study.series if series.kind in WITH_THUMBNAIL]
    return Subject(
        name=name,
        studies=tuple(study.uid for study in studies),
        token=new_token(),
        thumbnails=tuple(series.uid for series in shown),
    )


def _grant(subject: Subject, settings: Settings) -> Grant:
    if settings.priors == "never":
        return Grant(frozenset(subject.studies))
    patients = frozenset(study.patient.id for study in STUDIES if study.uid in subject.studies)
    return Grant(frozenset(subject.studies), patients)
