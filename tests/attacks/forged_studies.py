"""Forged studies: JSON files for OHIF's data source ``dicomjson``."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

NAME = "INVENTED^BY^ATTACKER"


def dicom_json(study: str, image: str = "", **more: Any) -> str:
    """A JSON file for ``dicomjson`` that describes a study with one image at the address ``image``."""
    series, instance = "1.2.826.9.1", "1.2.826.9.1.1"
    metadata = {
        "StudyInstanceUID": study,
        "SeriesInstanceUID": series,
        "SOPInstanceUID": instance,
        "SOPClassUID": "1.2.840.10008.5.1.4.1.1.2",
        "Modality": "CT",
        "Rows": 256,
        "Columns": 256,
        "BitsAllocated": 16,
        "BitsStored": 16,
        "HighBit": 15,
        "PixelRepresentation": 1,
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "PixelSpacing": [1, 1],
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "ImagePositionPatient": [0, 0, 0],
        "PatientName": NAME,
        "SeriesDescription": NAME,
        **more,
    }
    instances = [{"metadata": metadata, "url": image or "dicomweb:/dicom-web/none"}]
    described = {"SeriesInstanceUID": series, "Modality": "CT", "SeriesDescription": NAME, "instances": instances}
    file = {
        "StudyInstanceUID": study,
        "StudyDate": "20240101",
        "PatientID": NAME,
        "PatientName": NAME,
        "StudyDescription": NAME,
        "Modalities": "CT",
        "NumInstances": 1,
        "series": [described],
    }
    return json.dumps({"studies": [file]})


def data_url(text: str) -> str:
    """The text as a ``data:`` URL, encoded for a query."""
    return quote(f"data:application/json;base64,{base64.b64encode(text.encode()).decode()}", safe="")
