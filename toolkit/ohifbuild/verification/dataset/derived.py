"""Objects that mark regions in a CT series: a segmentation and a structure set."""

from __future__ import annotations

import numpy as np
from pydicom.dataset import Dataset, FileDataset
from pydicom.pixels.utils import pack_bits
from pydicom.sequence import Sequence
from pydicom.uid import UID

from ohifbuild.verification.dataset.documents import coded
from ohifbuild.verification.dataset.objects import FIELD_MM, SLICE_MM, SLICES, empty_object, position
from ohifbuild.verification.dataset.studies import Series, Study, uid

SEGMENTATION = UID("1.2.840.10008.5.1.4.1.1.66.4")
STRUCTURE_SET = UID("1.2.840.10008.5.1.4.1.1.481.3")

BOX = (0.55, 0.85)
"""The marked square, from and to, as parts of the image's rows and columns."""


def segmentation(study: Study, series: Series) -> FileDataset:
    """A binary segmentation: a square in every slice of the series it is of."""
    source = study.series_of(series.of)
    ds = empty_object(study, series, 1, SEGMENTATION)
    ds.ImageType = ["DERIVED", "PRIMARY"]
    ds.FrameOfReferenceUID = uid(f"{study.key}/frame of reference")
    ds.ContentLabel, ds.ContentDescription, ds.ContentCreatorName = "ORGANS", "Organs", ""
    ds.Rows = ds.Columns = source.size
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated = ds.BitsStored = 1
    ds.HighBit = ds.PixelRepresentation = 0
    ds.LossyImageCompression, ds.SegmentationType = "00", "BINARY"
    ds.ReferencedSeriesSequence = Sequence([_referenced_series(source)])
    ds.SegmentSequence = Sequence([_segment()])
    dimensions = uid(f"{study.key}/{series.key}/dimensions")
    ds.DimensionOrganizationSequence = Sequence([_with(DimensionOrganizationUID=dimensions)])
    ds.DimensionIndexSequence = Sequence(
        [
            _with(DimensionOrganizationUID=dimensions, DimensionIndexPointer=0x0062000B),
            _with(DimensionOrganizationUID=dimensions, DimensionIndexPointer=0x00200032),
        ]
    )
    measures = _with(PixelSpacing=[FIELD_MM / source.size] * 2, SliceThickness=SLICE_MM, SpacingBetweenSlices=SLICE_MM)
    orientation = _with(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
    shared = _with(PixelMeasuresSequence=Sequence([measures]), PlaneOrientationSequence=Sequence([orientation]))
    ds.SharedFunctionalGroupsSequence = Sequence([shared])
    ds.NumberOfFrames = source.images
    ds.PerFrameFunctionalGroupsSequence = Sequence([_frame(source, n + 1) for n in range(source.images)])
    mask = np.zeros((source.images, source.size, source.size), dtype=np.uint8)
    low, high = (int(part * source.size) for part in BOX)
    mask[:, low:high, low:high] = 1
    ds.PixelData = pack_bits(mask)
    ds["PixelData"].VR = "OB"
    return ds


def structure_set(study: Study, series: Series) -> FileDataset:
    """A structure set with the outline of a square in every slice of the series it is of."""
    source = study.series_of(series.of)
    ds = empty_object(study, series, 1, STRUCTURE_SET)
    frame_of_reference = uid(f"{study.key}/frame of reference")
    ds.StructureSetLabel, ds.StructureSetDate, ds.StructureSetTime = "CONTOURS", study.date, "100000"
    ds.FrameOfReferenceUID = frame_of_reference
    numbers = range(1, source.images + 1)
    contour_series = _with(
        SeriesInstanceUID=source.uid, ContourImageSequence=Sequence([_reference(source, n) for n in numbers])
    )
    referenced_study = _with(
        ReferencedSOPClassUID="1.2.840.10008.3.1.2.3.1",
        ReferencedSOPInstanceUID=study.uid,
        RTReferencedSeriesSequence=Sequence([contour_series]),
    )
    ds.ReferencedFrameOfReferenceSequence = Sequence(
        [_with(FrameOfReferenceUID=frame_of_reference, RTReferencedStudySequence=Sequence([referenced_study]))]
    )
    ds.StructureSetROISequence = Sequence(
        [
            _with(
                ROINumber=1,
                ReferencedFrameOfReferenceUID=frame_of_reference,
                ROIName="Square",
                ROIGenerationAlgorithm="AUTOMATIC",
            )
        ]
    )
    contours = Sequence([_contour(source, number) for number in numbers])
    ds.ROIContourSequence = Sequence(
        [_with(ROIDisplayColor=[255, 180, 0], ContourSequence=contours, ReferencedROINumber=1)]
    )
    ds.RTROIObservationsSequence = Sequence(
        [_with(ObservationNumber=1, ReferencedROINumber=1, RTROIInterpretedType="ORGAN", ROIInterpreter="")]
    )
    return ds


def _with(**values: object) -> Dataset:
    item = Dataset()
    for name, value in values.items():
        setattr(item, name, value)
    return item


def _reference(source: Series, number: int) -> Dataset:
    return _with(ReferencedSOPClassUID=SLICES[source.modality], ReferencedSOPInstanceUID=source.instance_uid(number))


def _referenced_series(source: Series) -> Dataset:
    references = Sequence([_reference(source, number + 1) for number in range(source.images)])
    return _with(SeriesInstanceUID=source.uid, ReferencedInstanceSequence=references)


def _segment() -> Dataset:
    return _with(
        SegmentNumber=1,
        SegmentLabel="Square",
        SegmentAlgorithmType="AUTOMATIC",
        SegmentAlgorithmName="ohifbuild",
        SegmentedPropertyCategoryCodeSequence=Sequence([coded("123037004", "SCT", "Anatomical Structure")]),
        SegmentedPropertyTypeCodeSequence=Sequence([coded("10200004", "SCT", "Liver")]),
        RecommendedDisplayCIELabValue=[43803, 26565, 37722],
    )


def _frame(source: Series, number: int) -> Dataset:
    image = _reference(source, number)
    image.PurposeOfReferenceCodeSequence = Sequence([coded("121322", "DCM", "Source image for image processing")])
    derivation = _with(
        SourceImageSequence=Sequence([image]),
        DerivationCodeSequence=Sequence([coded("113076", "DCM", "Segmentation")]),
    )
    return _with(
        DerivationImageSequence=Sequence([derivation]),
        FrameContentSequence=Sequence([_with(DimensionIndexValues=[1, number])]),
        PlanePositionSequence=Sequence([_with(ImagePositionPatient=position(source, number))]),
        SegmentIdentificationSequence=Sequence([_with(ReferencedSegmentNumber=1)]),
    )


def _contour(source: Series, number: int) -> Dataset:
    low, high = (part * FIELD_MM - FIELD_MM / 2 for part in BOX)
    z = position(source, number)[2]
    corners = ((low, low), (high, low), (high, high), (low, high))
    points = [f"{value:.2f}" for x, y in corners for value in (x, y, z)]
    return _with(
        ContourImageSequence=Sequence([_reference(source, number)]),
        ContourGeometricType="CLOSED_PLANAR",
        NumberOfContourPoints=len(corners),
        ContourData=points,
    )
