"""The synthetic studies that verify and demo serve; they are always the same."""

from __future__ import annotations

from ohifbuild.verification.dataset.contents import STUDIES
from ohifbuild.verification.dataset.studies import Patient, Series, Study, uid
from ohifbuild.verification.dataset.write import cached_dataset, write_dataset

__all__ = ["STUDIES", "Patient", "Series", "Study", "cached_dataset", "uid", "write_dataset"]
