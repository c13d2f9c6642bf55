"""Who plays in the scenarios: studies of the dataset, the tokens that open them, and what they look like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ohifbuild.verify.pixels import Picture


@dataclass(frozen=True)
class Subject:
    """What one link is about."""

    name: str
    studies: tuple[str, ...]
    patients: tuple[str, ...]
    token: str
    thumbnails: tuple[str, ...]


@dataclass(frozen=True)
class Cast:
    """Everything that the scenarios need of a dataset.

    Args:
        main: a study of several series of ordinary images.
        pair: two studies that one token opens.
        others: further studies, each in need of its own way through the viewer: compressed, SEG, PDF, video, ….
        expired: a token that was good for ``main`` once.
        expired_reasons: what the page may say of it.
        foreign: a token that is good for another study only.
        pictures: every image of the dataset, those of the other patients too.
        labels: what the reports call each token.
    """

    main: Subject
    pair: Subject
    others: Sequence[Subject]
    expired: str
    expired_reasons: tuple[str, ...]
    foreign: str
    pictures: Sequence[Picture]
    labels: Mapping[str, str]
