"""Writes the dataset's files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

from pydicom.dataset import FileDataset

from ohifbuild.cache.entries import Cache
from ohifbuild.core.digests import digest_of, digest_of_tree
from ohifbuild.verification.dataset import derived, documents, objects
from ohifbuild.verification.dataset.contents import STUDIES
from ohifbuild.verification.dataset.studies import Series, Study

WHOLE: dict[str, Callable[[Study, Series], FileDataset]] = {
    "multiframe": objects.multiframe,
    "enhanced": objects.enhanced_mr,
    "video": objects.video,
    "pdf": documents.pdf,
    "ecg": documents.ecg,
    "sr": documents.text_report,
    "seg": derived.segmentation,
    "rtstruct": derived.structure_set,
}


def write_dataset(folder: Path) -> None:
    """Writes every object as ``study/series/number.dcm`` under ``folder``; always the same bytes."""
    for study in STUDIES:
        for series in study.series:
            place = folder / study.key / series.key
            place.mkdir(parents=True, exist_ok=True)
            for number, dataset in enumerate(_objects(study, series), 1):
                dataset.save_as(place / f"{number}.dcm", enforce_file_format=True)


def cached_dataset(cache: Cache) -> Path:
    """The folder of the dataset, from the cache if it is there. Takes about two seconds if not.

    Raises:
        CacheUnusable, DiskFull: the cache cannot be written.
    """
    return cache.entry("dataset", _key(), write_dataset)


def _key() -> str:
    sources = sorted(path for path in Path(__file__).parent.iterdir() if path.suffix in (".py", ".mp4"))
    encoders = [version(name) for name in ("pydicom", "pillow", "pyjpegls", "pylibjpeg-openjpeg")]
    return digest_of([digest_of_tree(path) for path in sources], encoders)[:32]


def _objects(study: Study, series: Series) -> Iterator[FileDataset]:
    if series.kind == "slices":
        for number in range(1, series.images + 1):
            yield objects.image_slice(study, series, number)
    else:
        yield WHOLE[series.kind](study, series)
