"""What the embedded archive holds: instances in memory, indexed and matched as QIDO-RS asks (PS3.18, 8.3)."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydicom import dcmread
from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames
from pydicom.pixels.utils import get_expected_length
from pydicom.uid import UID

BULK_BYTES = 1024
TAG = re.compile(r"[0-9A-Fa-f]{8}")

STUDY_KEYS = [
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "ReferringPhysicianName",
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyInstanceUID",
    "StudyID",
    "StudyDescription",
]
SERIES_KEYS = ["Modality", "SeriesDescription", "SeriesInstanceUID", "SeriesNumber", "SeriesDate", "SeriesTime"]
INSTANCE_KEYS = [
    "SOPClassUID",
    "SOPInstanceUID",
    "InstanceNumber",
    "Rows",
    "Columns",
    "BitsAllocated",
    "NumberOfFrames",
]
PARAMETERS_ASIDE = frozenset({"limit", "offset", "includefield", "fuzzymatching"})

Json = dict[str, Any]


@dataclass(frozen=True)
class Instance:
    """One instance. ``root`` in its metadata stands for the archive's own URL."""

    dataset: Dataset

    @property
    def study(self) -> str:
        return str(self.dataset.StudyInstanceUID)

    @property
    def series(self) -> str:
        return str(self.dataset.SeriesInstanceUID)

    @property
    def uid(self) -> str:
        return str(self.dataset.SOPInstanceUID)

    @property
    def syntax(self) -> UID:
        return UID(self.dataset.file_meta.TransferSyntaxUID)

    @property
    def path(self) -> str:
        """The instance's path under the DICOMweb root."""
        return f"/studies/{self.study}/series/{self.series}/instances/{self.uid}"

    @cached_property
    def frames(self) -> tuple[bytes, ...]:
        """The frames as they are stored; empty for what is no image."""
        if "PixelData" not in self.dataset:
            return ()
        count = int(self.dataset.get("NumberOfFrames", 1))
        data = self.dataset.PixelData
        if self.syntax.is_compressed:
            return tuple(generate_frames(data, number_of_frames=count))
        if self.dataset.BitsAllocated == 1:
            return (data,)
        length = get_expected_length(self.dataset) // count
        return tuple(data[number * length : (number + 1) * length] for number in range(count))

    def metadata(self, root: str) -> Json:
        """DICOM JSON (PS3.18, F.2), large values as BulkDataURI under ``root``."""

        def bulk(element: DataElement) -> str:
            return f"{root}{self.path}/bulkdata/{element.tag:08X}"

        return dict(self.dataset.to_json_dict(BULK_BYTES, bulk))


class Store:
    """The instances, found by their UIDs or by matching."""

    def __init__(self, datasets: Iterable[Dataset]) -> None:
        self.instances = tuple(Instance(dataset) for dataset in datasets)

    @classmethod
    def of_files(cls, paths: Iterable[Any]) -> Store:
        """A store of DICOM files."""
        return cls(dcmread(path) for path in paths)

    def under(self, study: str, series: str = "", uid: str = "") -> list[Instance]:
        """The instances of a study, of one of its series, or a single one."""
        return [
            item
            for item in self.instances
            if item.study == study and series in ("", item.series) and uid in ("", item.uid)
        ]

    def studies(self, query: Mapping[str, Sequence[str]]) -> list[Json]:
        """QIDO-RS on studies; ``query`` are the decoded parameters."""
        return [self._study(found) for found in self._matching(query, "study")]

    def series(self, query: Mapping[str, Sequence[str]]) -> list[Json]:
        """QIDO-RS on series."""
        rows = []
        for found in self._matching(query, "series"):
            row = _attributes(found[0].dataset, [*SERIES_KEYS, "StudyInstanceUID"])
            row |= _number(0x00201209, len(found))
            rows.append(row)
        return rows

    def objects(self, query: Mapping[str, Sequence[str]]) -> list[Json]:
        """QIDO-RS on instances."""
        keys = [*INSTANCE_KEYS, "StudyInstanceUID", "SeriesInstanceUID"]
        return [_attributes(found[0].dataset, keys) for found in self._matching(query, "uid")]

    def _study(self, found: list[Instance]) -> Json:
        row = _attributes(found[0].dataset, STUDY_KEYS)
        modalities = sorted({str(item.dataset.Modality) for item in found})
        row["00080061"] = {"vr": "CS", "Value": modalities}
        row |= _number(0x00201206, len({item.series for item in found}))
        return row | _number(0x00201208, len(found))

    def _matching(self, query: Mapping[str, Sequence[str]], level: str) -> list[list[Instance]]:
        groups: dict[str, list[Instance]] = {}
        for item in self.instances:
            groups.setdefault(getattr(item, level), []).append(item)
        conditions = [(name, values) for name, values in query.items() if name.lower() not in PARAMETERS_ASIDE]
        matched = [group for group in groups.values() if all(_matches(group, *each) for each in conditions)]
        start, limit = _whole(query, "offset", 0), _whole(query, "limit", len(matched))
        return matched[start : start + limit]


def _matches(group: list[Instance], name: str, values: Sequence[str]) -> bool:
    tag = int(name, 16) if TAG.fullmatch(name) else tag_for_keyword(name)
    if tag is None:
        return True
    if tag == 0x00080061:  # ModalitiesInStudy is not in any instance
        return any(item.dataset.Modality in values[0].split("\\") for item in group)
    element = group[0].dataset.get(tag)
    present = str(element.value) if element is not None else ""
    if element is not None and element.VR == "UI":
        return present in {uid for value in values for uid in re.split(r"[,\\]", value)}
    # PS3.4 C.2.2.2.4: * and ? are the wildcards, everything else means itself.
    pattern = values[0].replace("[", "[[]")
    return not pattern or fnmatch.fnmatchcase(present.upper(), pattern.upper())


def _attributes(dataset: Dataset, keywords: Sequence[str]) -> Json:
    chosen = Dataset()
    for keyword in keywords:
        if keyword in dataset:
            chosen.add(dataset[keyword])
    return dict(chosen.to_json_dict())


def _number(tag: int, value: int) -> Json:
    return {f"{tag:08X}": {"vr": "IS", "Value": [value]}}


def _whole(query: Mapping[str, Sequence[str]], name: str, otherwise: int) -> int:
    value = query.get(name, [""])[0]
    return int(value) if value.isascii() and value.isdigit() else otherwise
