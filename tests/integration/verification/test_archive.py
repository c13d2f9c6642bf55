from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.filebase import DicomBytesIO

from ohifbuild.contract.grants import Grant, Tokens
from ohifbuild.contract.settings import Settings
from ohifbuild.verification.dataset import STUDIES
from ohifbuild.verification.dataset.contents import COMPRESSED, DOCUMENTS, MULTIFRAME, ORDINARY, SEGMENTED, VIDEO
from ohifbuild.verification.dataset.studies import Series, Study
from ohifbuild.verification.embedded_archive import EmbeddedArchive
from ohifbuild.verification.viewer_site import site

TOKEN = ("token", "all")
STORED = ("Accept", "multipart/related; type=application/octet-stream; transfer-syntax=*")
DECODED = ("Accept", "multipart/related; type=application/octet-stream")
IDS = frozenset(study.patient.id for study in STUDIES) | {"*108506*", "10850?"}


@pytest.fixture(scope="module")
def root(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The archive's root URL, for a token that reaches everything."""
    tokens = Tokens({"all": Grant(frozenset(study.uid for study in STUDIES), IDS)})
    empty = tmp_path_factory.mktemp("dist")
    with site(empty, EmbeddedArchive(dataset), tokens, settings=Settings()) as running:
        yield f"{running.origin}/dicom-web"


def url_of(root: str, study: Study, key: str, number: int = 1) -> str:
    series = study.series_of(key)
    return f"{root}/studies/{study.uid}/series/{series.uid}/instances/{series.instance_uid(number)}"


def test_a_study_is_found_by_its_uid_with_its_counts(root: str, ask: Any) -> None:
    (found,) = ask(f"{root}/studies?StudyInstanceUID={ORDINARY.uid}", TOKEN).json
    assert found["0020000D"]["Value"] == [ORDINARY.uid]
    assert found["00080061"]["Value"] == ["CT", "MR"]
    assert (found["00201206"]["Value"], found["00201208"]["Value"]) == ([3], [27])
    assert found["00100010"]["Value"] == [{"Alphabetic": "Muster^Anna"}]
    assert found["00081190"]["Value"] == [f"{root}/studies/{ORDINARY.uid}"]


@pytest.mark.parametrize(("pattern", "count"), [("108506", 3), ("*108506*", 4), ("1085061", 1), ("10850?", 3)])
def test_patient_ids_match_exactly_or_by_wildcard(root: str, ask: Any, pattern: str, count: int) -> None:
    assert len(ask(f"{root}/studies?00100020={quote(pattern)}", TOKEN).json) == count


def test_searches_are_limited_and_paged(root: str, ask: Any) -> None:
    everything = ask(f"{root}/studies/{ORDINARY.uid}/instances", TOKEN).json
    page = ask(f"{root}/studies/{ORDINARY.uid}/instances?limit=5&offset=3", TOKEN).json
    assert page == everything[3:8]
    assert ask(f"{root}/studies/{ORDINARY.uid}/instances?limit=many", TOKEN).status == 400
    assert ask(f"{root}/studies/{ORDINARY.uid}/instances?NoSuchName=1", TOKEN).status == 400


def test_series_are_filtered_and_further_fields_included(root: str, ask: Any) -> None:
    query = "Modality=MR&includefield=Manufacturer"
    (found,) = ask(f"{root}/studies/{ORDINARY.uid}/series?{query}", TOKEN).json
    assert found["0008103E"]["Value"] == ["MR T1"]
    assert found["00080070"]["Value"] == ["ohifbuild"]
    assert found["00201209"]["Value"] == [5]


def test_metadata_is_complete_with_bulk_data_by_reference(root: str, ask: Any) -> None:
    (found,) = ask(url_of(root, DOCUMENTS, "ecg") + "/metadata", TOKEN).json
    waveform = found["54000100"]["Value"][1]["54001010"]
    assert "InlineBinary" not in waveform
    (part,) = ask(waveform["BulkDataURI"], TOKEN).parts
    stored = dcmread_of(ask, root, DOCUMENTS, "ecg")
    assert part == ("application/octet-stream", stored.WaveformSequence[1].WaveformData)
    assert found["00100010"]["Value"] == [
        {"Alphabetic": "Yamada^Tarou", "Ideographic": "山田^太郎", "Phonetic": "やまだ^たろう"}
    ]
    assert found["00080005"]["Value"] == ["ISO_IR 192"]


def dcmread_of(ask: Any, root: str, study: Study, key: str) -> Any:
    (part,) = ask(url_of(root, study, key), TOKEN).parts
    return dcmread(DicomBytesIO(part[1]))


@pytest.mark.parametrize("series", COMPRESSED.series, ids=lambda series: series.key)
def test_frames_come_as_stored_or_decoded(root: str, ask: Any, series: Series) -> None:
    url = url_of(root, COMPRESSED, series.key) + "/frames/1"
    ((stored_type, stored),) = ask(url, TOKEN, STORED).parts
    assert stored_type.endswith(f"transfer-syntax={series.syntax}")
    ((decoded_type, decoded),) = ask(url, TOKEN, DECODED).parts
    assert decoded_type == "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1"
    assert series.pixels is not None
    expected = series.stored(1).astype(series.pixels.dtype)
    assert len(stored) < len(decoded) == expected.nbytes * (3 if series.pixels.colour else 1)
    if series.syntax != "1.2.840.10008.1.2.4.50":
        assert np.array_equal(np.frombuffer(decoded, series.pixels.dtype).reshape(expected.shape), expected)


def test_several_frames_come_in_the_order_asked_for(root: str, ask: Any) -> None:
    parts = ask(url_of(root, MULTIFRAME, "enhanced") + "/frames/3,1", TOKEN).parts
    series = MULTIFRAME.series_of("enhanced")
    assert [body for _, body in parts] == [series.stored(n).astype("<u2").tobytes() for n in (3, 1)]


@pytest.mark.parametrize(("frames", "status"), [("0", 400), ("x", 400), ("6", 404), ("1,99", 404), ("-1", 400)])
def test_frames_that_are_not_there_are_refused(root: str, ask: Any, frames: str, status: int) -> None:
    reply = ask(url_of(root, MULTIFRAME, "enhanced") + f"/frames/{frames}", TOKEN)
    assert reply.status == status
    assert reply.json["status"] == status


def test_a_segmentations_pixels_are_bulk_data(root: str, ask: Any) -> None:
    (found,) = ask(url_of(root, SEGMENTED, "seg") + "/metadata", TOKEN).json
    (part,) = ask(found["7FE00010"]["BulkDataURI"], TOKEN).parts
    assert len(part[1]) == 5 * 256 * 256 // 8


def test_a_document_is_sent_unchanged(root: str, ask: Any) -> None:
    url = url_of(root, DOCUMENTS, "report")
    whole = ask(f"{url}/rendered", TOKEN)
    assert (whole.headers["content-type"], whole.body[:5]) == ("application/pdf", b"%PDF-")
    alone = ask(f"{url}/bulk/00420011?accept=application/pdf", TOKEN)
    assert (alone.headers["content-type"], alone.body) == ("application/pdf", whole.body)
    assert ask(f"{url}/rendered", TOKEN, ("Accept", "image/png")).status == 406


def test_a_video_supports_range_requests(root: str, ask: Any) -> None:
    url = url_of(root, VIDEO, "clip") + "/rendered?accept=video/mp4"
    whole = ask(url, TOKEN)
    assert (whole.status, whole.body[4:8], whole.headers["accept-ranges"]) == (200, b"ftyp", "bytes")
    size = len(whole.body)
    middle = ask(url, TOKEN, ("Range", "bytes=100-199"))
    assert (middle.status, middle.body) == (206, whole.body[100:200])
    assert middle.headers["content-range"] == f"bytes 100-199/{size}"
    assert ask(url, TOKEN, ("Range", "bytes=-50")).body == whole.body[-50:]
    assert ask(url, TOKEN, ("Range", f"bytes={size}-")).status == 416
    assert ask(url, TOKEN, ("Range", "bytes=0-1,5-6")).status == 200


def test_rendered_images_and_thumbnails(root: str, ask: Any) -> None:
    url = url_of(root, ORDINARY, "soft")
    assert ask(f"{url}/rendered", TOKEN).body[:2] == b"\xff\xd8"
    assert ask(f"{url}/thumbnail", TOKEN, ("Accept", "image/png")).body[:4] == b"\x89PNG"
    assert ask(f"{root}/studies/{ORDINARY.uid}/thumbnail", TOKEN).status == 200
    assert ask(f"{url}/rendered", TOKEN, ("Accept", "multipart/related; type=image/jpeg")).status == 406


def test_whole_studies_and_objects_come_as_they_are_stored(root: str, ask: Any, dataset: Path) -> None:
    parts = ask(f"{root}/studies/{MULTIFRAME.uid}", TOKEN).parts
    assert sorted(body for _, body in parts) == sorted(p.read_bytes() for p in (dataset / "multiframe").rglob("*.dcm"))
    alone = ask(url_of(root, MULTIFRAME, "capture"), TOKEN, ("Accept", "application/dicom"))
    assert alone.body == (dataset / "multiframe" / "capture" / "1.dcm").read_bytes()


@pytest.mark.parametrize("tail", ["/series/1.2", "/nothing", "/series/1.2/instances/3", "/metadata/x"])
def test_unknown_resources_are_not_found(root: str, ask: Any, tail: str) -> None:
    assert ask(f"{root}/studies/{ORDINARY.uid}{tail}", TOKEN).status == 404


def test_the_archive_is_read_only(root: str, ask: Any) -> None:
    reply = ask(f"{root}/studies/{ORDINARY.uid}", TOKEN, method="POST", body=b"x")
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "way",
    [
        "zzzz",
        "00100010",
        "54000100",
        "54000100/0/54001010",
        "54000100/9/54001010",
        "54000100/-1/54001010",
        "54000100/1",
    ],
)
def test_paths_without_bulk_data_are_not_found(root: str, ask: Any, way: str) -> None:
    assert ask(url_of(root, DOCUMENTS, "ecg") + f"/bulk/{way}", TOKEN).status == 404
