"""Image objects: CT, MR and X-ray slices, secondary captures, enhanced MR, video."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from ohifbuild.verification.dataset.encode import Frame, set_pixels, set_video
from ohifbuild.verification.dataset.studies import Series, Study, uid

SLICES = {
    "CT": UID("1.2.840.10008.5.1.4.1.1.2"),
    "MR": UID("1.2.840.10008.5.1.4.1.1.4"),
    "DX": UID("1.2.840.10008.5.1.4.1.1.1.1"),
    "RG": UID("1.2.840.10008.5.1.4.1.1.7"),
    "XC": UID("1.2.840.10008.5.1.4.1.1.77.1.4"),
}
VOLUMES = frozenset({"CT", "MR"})
ENHANCED_MR = UID("1.2.840.10008.5.1.4.1.1.4.1")
MULTIFRAME_BYTES = UID("1.2.840.10008.5.1.4.1.1.7.2")
VIDEO_PHOTOGRAPHY = UID("1.2.840.10008.5.1.4.1.1.77.1.4.1")
IMPLEMENTATION = uid("ohifbuild dataset")

SLICE_MM = 3.0
FIELD_MM = 384.0


def empty_object(study: Study, series: Series, number: int, sop_class: UID) -> FileDataset:
    """An object with everything but its contents."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = series.instance_uid(number)
    meta.ImplementationClassUID = IMPLEMENTATION
    meta.ImplementationVersionName = "OHIFBUILD"
    native = UID(series.syntax) == ImplicitVRLittleEndian
    meta.TransferSyntaxUID = ImplicitVRLittleEndian if native else ExplicitVRLittleEndian
    ds = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    patient = study.patient
    ds.SpecificCharacterSet = list(patient.charset) if len(patient.charset) > 1 else patient.charset[0]
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, series.instance_uid(number)
    ds.StudyDate = ds.SeriesDate = ds.ContentDate = study.date
    ds.StudyTime = ds.SeriesTime = ds.ContentTime = f"10{series.number:02d}00"
    ds.StudyTime = "100000"
    ds.AccessionNumber, ds.StudyID = f"ACC-{study.key}"[:16], study.key[:16]
    ds.Modality, ds.Manufacturer = series.modality, "ohifbuild"
    ds.ReferringPhysicianName = ""
    ds.StudyDescription, ds.SeriesDescription = study.description, series.description
    ds.PatientName, ds.PatientID = patient.name, patient.id
    ds.PatientBirthDate, ds.PatientSex = patient.birth_date, patient.sex
    ds.StudyInstanceUID, ds.SeriesInstanceUID = study.uid, series.uid
    ds.SeriesNumber, ds.InstanceNumber = series.number, number
    return ds


def image_slice(study: Study, series: Series, number: int) -> FileDataset:
    """The ``number``-th slice of a series."""
    ds = empty_object(study, series, number, SLICES[series.modality])
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    if series.modality in VOLUMES:
        ds.FrameOfReferenceUID = uid(f"{study.key}/frame of reference")
        ds.PositionReferenceIndicator = ""
        ds.ImagePositionPatient = position(series, number)
        ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        ds.PixelSpacing = [FIELD_MM / series.size] * 2
        ds.SliceThickness = SLICE_MM
        ds.SliceLocation = (number - 1) * SLICE_MM
    if series.modality == "CT":
        ds.KVP = "120"
    if series.modality == "RG":
        ds.ConversionType = "SYN"
    _describe_pixels(ds, series)
    set_pixels(ds, [_frame(series, number)], series.syntax)
    return ds


def multiframe(study: Study, series: Series) -> FileDataset:
    """A multi-frame secondary capture."""
    ds = empty_object(study, series, 1, MULTIFRAME_BYTES)
    ds.ImageType, ds.ConversionType = ["DERIVED", "SECONDARY"], "SYN"
    _describe_pixels(ds, series)
    ds.NumberOfFrames = series.images
    set_pixels(ds, [_frame(series, n + 1) for n in range(series.images)], series.syntax)
    return ds


def enhanced_mr(study: Study, series: Series) -> FileDataset:
    """An enhanced MR: geometry, window and rescale are in the functional groups (DICOM PS3.3 C.7.6.16)."""
    ds = empty_object(study, series, 1, ENHANCED_MR)
    ds.ImageType = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    ds.FrameOfReferenceUID = uid(f"{study.key}/frame of reference")
    ds.AcquisitionContextSequence = Sequence([])
    _describe_pixels(ds, series)
    ds.NumberOfFrames = series.images
    window, measures, orientation = Dataset(), Dataset(), Dataset()
    window.WindowCenter, window.WindowWidth = ds.WindowCenter, ds.WindowWidth
    del ds.WindowCenter, ds.WindowWidth
    measures.PixelSpacing, measures.SliceThickness = [FIELD_MM / series.size] * 2, SLICE_MM
    orientation.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    rescale = Dataset()
    rescale.RescaleIntercept, rescale.RescaleSlope, rescale.RescaleType = 0, 1, "US"
    shared = Dataset()
    shared.FrameVOILUTSequence = Sequence([window])
    shared.PixelMeasuresSequence = Sequence([measures])
    shared.PlaneOrientationSequence = Sequence([orientation])
    shared.PixelValueTransformationSequence = Sequence([rescale])
    ds.SharedFunctionalGroupsSequence = Sequence([shared])
    ds.PerFrameFunctionalGroupsSequence = Sequence([_frame_groups(series, n + 1) for n in range(series.images)])
    set_pixels(ds, [_frame(series, n + 1) for n in range(series.images)], series.syntax)
    return ds


def video(study: Study, series: Series) -> FileDataset:
    """A video photograph: the shipped clip shows the series' picture, unmoved, for four seconds."""
    ds = empty_object(study, series, 1, VIDEO_PHOTOGRAPHY)
    ds.ImageType = ["ORIGINAL", "PRIMARY"]
    _describe_pixels(ds, series)
    ds.PhotometricInterpretation = "YBR_PARTIAL_420"
    ds.NumberOfFrames, ds.CineRate, ds.FrameTime = 100, 25, 40
    ds.FrameIncrementPointer = 0x00181063
    ds.LossyImageCompression = "01"
    set_video(ds, files("ohifbuild.verification.dataset").joinpath("clip.mp4").read_bytes(), series.syntax)
    return ds


def position(series: Series, number: int) -> list[float]:
    """Image Position (Patient) of a slice or frame, in millimetres."""
    corner = -FIELD_MM / 2 + FIELD_MM / series.size / 2
    return [corner, corner, (number - 1) * SLICE_MM]


def _frame_groups(series: Series, number: int) -> Dataset:
    content, plane, groups = Dataset(), Dataset(), Dataset()
    content.StackID, content.InStackPositionNumber, content.DimensionIndexValues = "1", number, [1, number]
    content.FrameAcquisitionNumber = 1
    plane.ImagePositionPatient = position(series, number)
    groups.FrameContentSequence = Sequence([content])
    groups.PlanePositionSequence = Sequence([plane])
    return groups


def _describe_pixels(ds: Dataset, series: Series) -> None:
    pixels = series.pixels
    assert pixels is not None
    ds.Rows = ds.Columns = series.size
    ds.SamplesPerPixel = 3 if pixels.colour else 1
    ds.PhotometricInterpretation = "RGB" if pixels.colour else "MONOCHROME1" if pixels.inverted else "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = (
        pixels.allocated,
        pixels.bits,
        pixels.bits - 1,
        0,
    )
    if pixels.colour:
        ds.PlanarConfiguration = 0
        return
    ds.WindowCenter, ds.WindowWidth = pixels.centre, pixels.width
    if pixels.rescaled:
        ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = pixels.intercept, pixels.slope, "HU"


def _frame(series: Series, number: int) -> Frame:
    pixels = series.pixels
    assert pixels is not None
    values = series.stored(number).astype(pixels.dtype)
    return np.repeat(values[..., None], 3, axis=2) if pixels.colour else values
