"""DICOM instances around drawn pixels: images in several transfer syntaxes, a multi-frame, a PDF, a segmentation."""

from __future__ import annotations

import io
import uuid
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    CTImageStorage,
    EncapsulatedPDFStorage,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    MultiFrameGrayscaleByteSecondaryCaptureImageStorage,
    RLELossless,
    SegmentationStorage,
)

from ohifbuild.verify.data.phantom import SIZE, Pixels

NAMESPACE = uuid.UUID("6f0f5d0a-5c0e-5b6e-9a53-0f1fb0a1d1c0")
SPACING = 1.0
THICKNESS = 3.0
WINDOW_CENTRE, WINDOW_WIDTH = 40.0, 400.0

PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 57>>stream
BT /F 18 Tf 40 100 Td (A report of nobody's study) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""


def uid(*names: object) -> str:
    """A UID derived from names (PS3.5 B.2: 2.25 and a UUID as a number), the same every time."""
    return f"2.25.{uuid.uuid5(NAMESPACE, '/'.join(map(str, names))).int}"


@dataclass(frozen=True)
class Patient:
    """``charset`` is the DICOM term for the character set the name needs ("" for the default)."""

    id: str
    name: str
    charset: str = "ISO_IR 192"


@dataclass(frozen=True)
class StudyHead:
    """What all instances of a study share; ``name`` is also what its UIDs are derived from."""

    name: str
    patient: Patient
    date: str

    @property
    def uid(self) -> str:
        """The Study Instance UID."""
        return uid("study", self.name)


@dataclass(frozen=True)
class SeriesHead:
    """What all instances of a series share."""

    study: StudyHead
    number: int
    description: str
    modality: str = "CT"

    @property
    def uid(self) -> str:
        """The Series Instance UID."""
        return uid("series", self.study.name, self.number)


def ct_slice(series: SeriesHead, number: int, pixels: Pixels, syntax: UID = ExplicitVRLittleEndian) -> Dataset:
    """A CT slice in any of the syntaxes that we can write."""
    ds = _instance(series, number, CTImageStorage, ExplicitVRLittleEndian)
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.FrameOfReferenceUID = uid("frame", series.study.name)
    ds.ImagePositionPatient = [0, 0, THICKNESS * number]
    ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    ds.SliceThickness = THICKNESS
    ds.RescaleSlope, ds.RescaleType = 1, "HU"
    ds.WindowCenter, ds.WindowWidth = WINDOW_CENTRE, WINDOW_WIDTH
    if syntax == JPEGBaseline8Bit:
        _set_pixels(ds, _to_bytes(pixels), bits=8, signed=False)
        ds.RescaleIntercept, ds.RescaleSlope = WINDOW_CENTRE - WINDOW_WIDTH / 2, WINDOW_WIDTH / 255
        ds.LossyImageCompression, ds.LossyImageCompressionMethod = "01", "ISO_10918_1"
        ds.PixelData = encapsulate([_jpeg(_to_bytes(pixels))])
        ds.file_meta.TransferSyntaxUID = syntax
        return ds
    ds.RescaleIntercept = 0
    _set_pixels(ds, pixels, bits=16, signed=True)
    if syntax != ExplicitVRLittleEndian:
        ds.compress(syntax, generate_instance_uid=False)
    return ds


COMPRESSED = {
    "JPEG baseline": JPEGBaseline8Bit,
    "JPEG 2000": JPEG2000Lossless,
    "JPEG-LS": JPEGLSLossless,
    "RLE": RLELossless,
}


def multi_frame(series: SeriesHead, frames: list[Pixels]) -> Dataset:
    """Several frames in one instance, 8 bits, as ultrasound and captures have them."""
    ds = _instance(series, 1, MultiFrameGrayscaleByteSecondaryCaptureImageStorage, ExplicitVRLittleEndian)
    ds.ConversionType = "SYN"
    ds.NumberOfFrames = len(frames)
    ds.FrameTime = 100
    ds.FrameIncrementPointer = 0x00181063
    _set_pixels(ds, _to_bytes(np.stack(frames)), bits=8, signed=False)
    ds.WindowCenter, ds.WindowWidth = 128, 256
    return ds


def pdf(series: SeriesHead) -> Dataset:
    """An encapsulated report."""
    ds = _instance(series, 1, EncapsulatedPDFStorage, ExplicitVRLittleEndian)
    ds.ConversionType, ds.BurnedInAnnotation = "WSD", "NO"
    ds.DocumentTitle, ds.MIMETypeOfEncapsulatedDocument = "Report", "application/pdf"
    ds.EncapsulatedDocument = PDF + b" " * (len(PDF) % 2)
    ds.EncapsulatedDocumentLength = len(PDF)
    return ds


def segmentation(series: SeriesHead, slices: list[Dataset]) -> Dataset:
    """One binary segment over a series: a square in every slice (PS3.3 A.51)."""
    ds = _instance(series, 1, SegmentationStorage, ExplicitVRLittleEndian)
    ds.ImageType = ["DERIVED", "PRIMARY"]
    ds.ContentLabel, ds.ContentDescription, ds.ContentCreatorName = "SQUARE", "A square", "ohifbuild"
    ds.FrameOfReferenceUID = slices[0].FrameOfReferenceUID
    ds.SegmentationType, ds.LossyImageCompression = "BINARY", "00"
    ds.Rows, ds.Columns, ds.NumberOfFrames = SIZE, SIZE, len(slices)
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PixelRepresentation = 1, "MONOCHROME2", 0
    ds.BitsAllocated = ds.BitsStored = 1
    ds.HighBit = 0
    mask = np.zeros((len(slices), SIZE, SIZE), dtype=np.uint8)
    mask[:, 60:120, 60:120] = 1
    ds.PixelData = np.packbits(mask.ravel(), bitorder="little").tobytes()
    tissue = _code("85756007", "SCT", "Tissue")
    segment = Dataset()
    segment.SegmentNumber, segment.SegmentLabel, segment.SegmentAlgorithmType = 1, "Square", "MANUAL"
    segment.SegmentedPropertyCategoryCodeSequence = Sequence([tissue])
    segment.SegmentedPropertyTypeCodeSequence = Sequence([tissue])
    segment.RecommendedDisplayCIELabValue = [38000, 50000, 45000]
    ds.SegmentSequence = Sequence([segment])
    dimensions = uid("dimensions", series.uid)
    ds.DimensionOrganizationSequence = Sequence([_with(DimensionOrganizationUID=dimensions)])
    index = _with(DimensionIndexPointer=0x00200032, FunctionalGroupPointer=0x00209113)
    index.DimensionOrganizationUID = dimensions
    ds.DimensionIndexSequence = Sequence([index])
    measures = _with(PixelSpacing=[SPACING, SPACING], SliceThickness=THICKNESS, SpacingBetweenSlices=THICKNESS)
    shared = Dataset()
    shared.PixelMeasuresSequence = Sequence([measures])
    shared.PlaneOrientationSequence = Sequence([_with(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])])
    shared.SegmentIdentificationSequence = Sequence([_with(ReferencedSegmentNumber=1)])
    ds.SharedFunctionalGroupsSequence = Sequence([shared])
    ds.PerFrameFunctionalGroupsSequence = Sequence([_frame_of(item, n) for n, item in enumerate(slices, 1)])
    instances = Sequence(
        [_with(ReferencedSOPClassUID=item.SOPClassUID, ReferencedSOPInstanceUID=item.SOPInstanceUID) for item in slices]
    )
    ds.ReferencedSeriesSequence = Sequence(
        [_with(SeriesInstanceUID=slices[0].SeriesInstanceUID, ReferencedInstanceSequence=instances)]
    )
    return ds


def file_bytes(ds: Dataset) -> bytes:
    """The instance as a DICOM file (PS3.10)."""
    buffer = io.BytesIO()
    ds.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _frame_of(source: Dataset, number: int) -> Dataset:
    purpose = _code("121322", "DCM", "Source image for image processing operation")
    image = _with(ReferencedSOPClassUID=source.SOPClassUID, ReferencedSOPInstanceUID=source.SOPInstanceUID)
    image.PurposeOfReferenceCodeSequence = Sequence([purpose])
    derivation = _with(SourceImageSequence=Sequence([image]))
    derivation.DerivationCodeSequence = Sequence([_code("113076", "DCM", "Segmentation")])
    frame = Dataset()
    frame.FrameContentSequence = Sequence([_with(DimensionIndexValues=[number])])
    frame.PlanePositionSequence = Sequence([_with(ImagePositionPatient=list(source.ImagePositionPatient))])
    frame.DerivationImageSequence = Sequence([derivation])
    return frame


def _instance(series: SeriesHead, number: int, sop_class: UID, syntax: UID) -> Dataset:
    study = series.study
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = sop_class
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID = UID(uid("instance", series.uid, number))
    ds.file_meta.ImplementationClassUID = UID(uid("implementation"))
    ds.file_meta.ImplementationVersionName = "OHIFBUILD"
    ds.SpecificCharacterSet = study.patient.charset
    ds.PatientID, ds.PatientName = study.patient.id, study.patient.name
    ds.PatientBirthDate, ds.PatientSex = "19700101", "O"
    ds.StudyInstanceUID = UID(study.uid)
    ds.SeriesInstanceUID = UID(series.uid)
    ds.StudyID, ds.AccessionNumber = "1", ""
    ds.StudyDate = ds.SeriesDate = ds.ContentDate = ds.AcquisitionDate = study.date
    ds.StudyTime = ds.SeriesTime = ds.ContentTime = ds.AcquisitionTime = "101500"
    ds.ReferringPhysicianName = ""
    ds.StudyDescription, ds.SeriesDescription = study.name, series.description
    ds.Modality, ds.SeriesNumber, ds.InstanceNumber = series.modality, series.number, number
    ds.Manufacturer, ds.ManufacturerModelName = "ohifbuild", "phantom"
    ds.DeviceSerialNumber, ds.SoftwareVersions = "0", "1"
    return ds


def _set_pixels(ds: Dataset, pixels: NDArray[np.generic], *, bits: int, signed: bool) -> None:
    ds.Rows, ds.Columns = pixels.shape[-2:]
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated = ds.BitsStored = bits
    ds.HighBit, ds.PixelRepresentation = bits - 1, int(signed)
    ds.PixelSpacing = [SPACING, SPACING]
    ds.PixelData = pixels.tobytes()
    ds["PixelData"].VR = "OW" if bits > 8 else "OB"


def _to_bytes(pixels: Pixels) -> NDArray[np.uint8]:
    """Hounsfield units through the window, 0 to 255: what 8-bit objects store."""
    low = WINDOW_CENTRE - WINDOW_WIDTH / 2
    return np.asarray(np.clip((pixels - low) / WINDOW_WIDTH * 255, 0, 255), dtype=np.uint8)


def _jpeg(pixels: NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    return _with(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)


def _with(**attributes: object) -> Dataset:
    ds = Dataset()
    for name, value in attributes.items():
        setattr(ds, name, value)
    return ds
