from __future__ import annotations

import base64
import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread

from ohifbuild.cache.entries import Cache
from ohifbuild.core.digests import digest_of_tree
from ohifbuild.verification.dataset import STUDIES, cached_dataset, write_dataset
from ohifbuild.verification.dataset.lossless_jpeg import lossless_jpeg
from ohifbuild.verification.dataset.studies import Series
from ohifbuild.verification.embedded_archive.lossless_jpeg_decoder import decode_lossless_jpeg
from ohifbuild.verification.embedded_archive.pixeldata import rendered, samples
from ohifbuild.verification.pixels import TWINS, from_data_url, on_grid, similarity

LOSSY = "1.2.840.10008.1.2.4.50"
SERIES = [series for study in STUDIES for series in study.series]
# 6 rows, 5 columns, 12 bits in 16, by `dcmcjpeg +e1` of DCMTK 3.6.
BY_DCMTK = (
    "/9j/4AAQSkZJRgABAQAAAQABAAD/wwALEAAGAAUBAREA/8QAFgABAQEAAAAAAAAAAAAAAAAACwwQ/9oACAEBAAEAANValaFaVWqx"
    "JWlVqVoVosSVoVpValaSxFVqVoVpVarElaVWpWhWixJWhWlVqVp//9k="
)
STILL = [series for series in SERIES if series.pixels and series.kind != "video"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dataset")
    write_dataset(folder)
    return folder


def test_the_dataset_is_the_same_bytes_each_time(folder: Path, tmp_path: Path) -> None:
    assert digest_of_tree(cached_dataset(Cache(tmp_path))) == digest_of_tree(folder)


@pytest.mark.parametrize("series", STILL, ids=lambda series: f"{series.study}/{series.key}")
def test_files_hold_the_pixels_that_are_expected(series: Series, folder: Path) -> None:
    for number in range(1, series.images + 1):
        sliced = series.kind == "slices"
        dataset = dcmread(folder / series.study / series.key / f"{number if sliced else 1}.dcm")
        values = samples(dataset, 1 if sliced else number).astype(float)
        assert dataset.file_meta.TransferSyntaxUID == series.syntax
        assert dataset.SOPInstanceUID == series.instance_uid(number if sliced else 1)
        assert series.pixels is not None
        stored = series.stored(number)
        expected = np.repeat(stored[..., None], 3, axis=2) if series.pixels.colour else stored
        assert np.abs(values - expected).max() <= (20 if series.syntax == LOSSY else 0)


def test_no_two_images_look_alike() -> None:
    cells = [on_grid(picture.grey) for study in STUDIES for picture in study.pictures]
    pairs = itertools.combinations(cells, 2)
    assert max(similarity(one, other) for one, other in pairs) < TWINS - 0.02


def test_every_uid_is_unique() -> None:
    uids = [study.uid for study in STUDIES] + [series.uid for series in SERIES]
    uids += [series.instance_uid(number + 1) for series in SERIES for number in range(series.objects)]
    assert len(set(uids)) == len(uids)
    assert all(uid.is_valid for uid in uids)


def test_names_are_kept_in_every_script(folder: Path) -> None:
    for study in STUDIES:
        dataset = dcmread(next((folder / study.key).rglob("*.dcm")))
        assert str(dataset.PatientName) == study.patient.name
        assert dataset.PatientID == study.patient.id


def test_one_patient_id_contains_another() -> None:
    ids = {study.patient.id for study in STUDIES}
    assert {"108506", "1085061"} <= ids


def test_a_picture_is_recognised_after_its_window_and_jpeg(folder: Path) -> None:
    series = STUDIES[0].series[0]
    jpeg = rendered(dcmread(folder / "ordinary" / "soft" / "3.dcm"), 1, "image/jpeg", 128)
    shown = from_data_url("data:image/jpeg;base64," + base64.b64encode(jpeg).decode())
    scores = [similarity(on_grid(picture.grey), on_grid(shown)) for picture in series.pictures]
    assert int(np.argmax(scores)) == 2


@given(
    bits=st.integers(2, 16),
    rows=st.integers(1, 9),
    columns=st.integers(1, 9),
    seed=st.integers(0, 2**32 - 1),
)
def test_lossless_jpeg_gives_back_every_sample(bits: int, rows: int, columns: int, seed: int) -> None:
    frame = np.random.default_rng(seed).integers(0, 2**bits, (rows, columns), dtype=np.uint16)
    assert np.array_equal(decode_lossless_jpeg(lossless_jpeg(frame, bits)), frame)


def test_lossless_jpeg_of_another_encoder_is_read() -> None:
    rows, columns = np.mgrid[0:6, 0:5]
    frame = (rows * 5 + columns) * 2741 % 4096
    assert np.array_equal(decode_lossless_jpeg(base64.b64decode(BY_DCMTK)), frame)


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda stream: stream[:60], "no lossless scan"),
        (lambda stream: stream.replace(b"\x05\x01\x01", b"\x05\x03\x01"), "3 components"),
        (lambda stream: stream.replace(b"\x01\x00\x00\xd5", b"\x04\x00\x00\xd5"), "selection value 4"),
    ],
    ids=["truncated", "in colour", "otherwise predicted"],
)
def test_lossless_jpeg_that_is_not_understood_is_refused(damage: Callable[[bytes], bytes], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        decode_lossless_jpeg(damage(base64.b64decode(BY_DCMTK)))
