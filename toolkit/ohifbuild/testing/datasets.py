"""Small valid DICOM objects for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import FileDataset

from ohifbuild.verification.dataset import documents, objects
from ohifbuild.verification.dataset.pixel_format import BYTES, COLOUR, HOUNSFIELD, MAGNETIC, XRAY, PixelFormat
from ohifbuild.verification.dataset.studies import Patient, Series, Study

PIXELS: Mapping[str, PixelFormat] = {"CT": HOUNSFIELD, "MR": MAGNETIC, "DX": XRAY, "RG": BYTES, "XC": COLOUR}
WITHOUT_PIXELS: Mapping[str, Callable[[Study, Series], FileDataset]] = {
    "DOC": documents.pdf,
    "ECG": documents.ecg,
    "SR": documents.text_report,
}
MODALITIES = (*PIXELS, *WITHOUT_PIXELS)
SIZE = 64


class DicomDataset:
    """Makes DICOM objects; call it.

    The same arguments give the same object, with the same UIDs, in each run.
    """

    def __call__(
        self,
        modality: str = "CT",
        *,
        study: str = "test",
        series: str = "1",
        number: int = 1,
        **attributes: Any,
    ) -> FileDataset:
        """A DICOM object: an image, or a PDF (``DOC``), an ECG or a text report (``SR``).

        Objects with the same ``study`` belong to one study, and those with the same ``series`` to one of its series.

        Args:
            modality: CT, MR, DX, RG, XC, DOC, ECG or SR.
            study: a name for the study.
            series: a name for the series in that study.
            number: the Instance Number, from 1; images of a series are slices, three millimetres apart.
            attributes: values of attributes by their DICOM keywords, such as ``PatientName="Test^Anna"``.

        Raises:
            ValueError: there is no such modality, or no such attribute.
        """
        if modality not in MODALITIES:
            raise ValueError(f"There is no modality {modality!r} here; there are {', '.join(MODALITIES)}.")
        unknown = [name for name in attributes if tag_for_keyword(name) is None]
        if unknown:
            raise ValueError(f"DICOM has no attribute {', '.join(unknown)}; expected keywords such as PatientName.")
        pixels = PIXELS.get(modality)
        of = Series(study, series, 1, modality, f"{modality} {series}", pixels=pixels, images=number, size=SIZE)
        in_study = Study(study, Patient(f"ID-{study}"[:64], f"Test^{study}"), f"Study {study}", "20240229", (of,))
        made = objects.image_slice(in_study, of, number) if pixels else WITHOUT_PIXELS[modality](in_study, of)
        for name, value in attributes.items():
            setattr(made, name, value)
        made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
        made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
        return made
