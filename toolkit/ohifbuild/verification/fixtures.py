"""The fixtures of the scenarios: studies of the dataset, their tokens, and their images."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ohifbuild.contract.grants import Grant, Tokens, expired_token, new_token
from ohifbuild.contract.settings import Settings
from ohifbuild.verification.dataset import STUDIES, Study
from ohifbuild.verification.dataset.contents import (
    COMPRESSED,
    DOCUMENTS,
    MULTIFRAME,
    ORDINARY,
    SECOND,
    SEGMENTED,
    VIDEO,
)
from ohifbuild.verification.external_tokens import ExternalTokens
from ohifbuild.verification.pixels import Picture


@dataclass(frozen=True)
class Subject:
    """The studies of one link and its token."""

    name: str
    studies: tuple[str, ...]
    patients: tuple[str, ...]
    token: str
    thumbnails: tuple[str, ...]


@dataclass(frozen=True)
class Fixtures:
    """Everything that the scenarios need of the dataset.

    Args:
        main: a study with several series of ordinary images.
        pair: two studies with one token.
        others: further studies of other types: compressed, SEG, PDF, video, ….
        expired: an expired token of ``main``.
        expired_reasons: the reasons that the page may give for it.
        foreign: a token for another study only.
        pictures: every image of the dataset, with those of other patients.
        labels: the name of each token in the reports.
    """

    main: Subject
    pair: Subject
    others: Sequence[Subject]
    expired: str
    expired_reasons: tuple[str, ...]
    foreign: str
    pictures: Sequence[Picture]
    labels: Mapping[str, str]


OTHERS = (
    ("Compressed images", COMPRESSED),
    ("Multi-frame images", MULTIFRAME),
    ("Segmentation and contours", SEGMENTED),
    ("PDF, ECG and report", DOCUMENTS),
    ("Video", VIDEO),
)

WITH_THUMBNAIL = frozenset({"slices", "multiframe", "enhanced"})
"""Kinds of series that have a thumbnail in OHIF's study panel."""


@dataclass(frozen=True)
class PreparedFixtures:
    """The fixtures, and the tokens that the archive must know."""

    fixtures: Fixtures
    tokens: Tokens


def prepare_fixtures(settings: Settings, given: ExternalTokens | None = None) -> PreparedFixtures:
    """Fixtures with new tokens, or with those that are given.

    If the dist searches for a patient's other studies, the tokens allow that for their own patient.

    Raises:
        ArchiveUnsuitable: a required token is not among those given.
    """
    parts = (("CT and MR", ORDINARY), ("Two studies", ORDINARY, SECOND), *OTHERS, ("Another study", SECOND))
    if given:
        given.check(_uids(studies) for _, *studies in parts)
    main, pair, *others, foreign = subjects = [_subject(given, name, *studies) for name, *studies in parts]
    expired = given.expired if given else expired_token()
    grants = {subject.token: _grant(subject, settings) for subject in subjects}
    labels = {subject.token: subject.name for subject in subjects} | {expired: "expired"}
    pictures = tuple(picture for study in STUDIES for picture in study.pictures)
    # A system may give no reason for a refusal, and its tokens may not contain their expiry.
    reasons = ("expired", "refused") if given else ("expired",)
    fixtures = Fixtures(main, pair, others, expired, reasons, foreign.token, pictures, labels)
    return PreparedFixtures(fixtures, Tokens(grants, frozenset({expired})))


def _uids(studies: Iterable[Study]) -> frozenset[str]:
    return frozenset(study.uid for study in studies)


def _subject(given: ExternalTokens | None, name: str, *studies: Study) -> Subject:
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
