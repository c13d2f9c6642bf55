"""The studies of the dataset.

Patient 108506 has three: the link's, a second one that some links name too, and a prior that no link names. Patient
1085061, whose id contains the first one's, has one that nobody's link names. Each further study needs a way of its own
through the viewer. Numbers of slices are odd, so that the middle plane of a volume is a slice and no interpolation.
"""

from __future__ import annotations

from ohifbuild.verification.dataset.pixel_format import BYTES, COLOUR, HOUNSFIELD, MAGNETIC, XRAY
from ohifbuild.verification.dataset.studies import Patient, Series, Study

ANNA = Patient("108506", "Muster^Anna", sex="F")
MARIA = Patient("1085061", "Иванова^Мария", sex="F")
TARO = Patient("274811", "Yamada^Tarou=山田^太郎=やまだ^たろう", charset=("", "ISO 2022 IR 87"), sex="M")
HANAKO = Patient("274812", "Sato^Hanako=佐藤^花子=さとう^はなこ", sex="F")
NIKOS = Patient("ΑΒ-31", "Παπαδόπουλος^Νίκος", sex="M")
LAYLA = Patient("550102", "الفارسي^ليلى", sex="F")

JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70"
JPEG_LS = "1.2.840.10008.1.2.4.80"
JPEG_2000 = "1.2.840.10008.1.2.4.90"
RLE = "1.2.840.10008.1.2.5"
H264 = "1.2.840.10008.1.2.4.102"
IMPLICIT = "1.2.840.10008.1.2"

ORDINARY = Study(
    "ordinary",
    ANNA,
    "Abdomen",
    "20240229",
    (
        Series("ordinary", "soft", 1, "CT", "CT soft tissue", pixels=HOUNSFIELD, images=11),
        Series("ordinary", "bone", 2, "CT", "CT bone", pixels=HOUNSFIELD, images=11),
        Series("ordinary", "t1", 3, "MR", "MR T1", pixels=MAGNETIC, images=5, syntax=IMPLICIT),
    ),
)
SECOND = Study(
    "second",
    ANNA,
    "Follow-up",
    "20240612",
    (
        Series("second", "soft", 1, "CT", "CT follow-up", pixels=HOUNSFIELD, images=5),
        Series("second", "chest", 2, "DX", "Chest", pixels=XRAY),
    ),
)
PRIOR = Study(
    "prior",
    ANNA,
    "Prior",
    "20191104",
    (Series("prior", "soft", 1, "CT", "CT prior", pixels=HOUNSFIELD, images=3),),
)
STRANGER = Study(
    "stranger",
    MARIA,
    "Другой пациент",
    "20240228",
    (Series("stranger", "soft", 1, "CT", "КТ", pixels=HOUNSFIELD, images=3),),
)
# Captures are of modality RG (scanned film) and RF: OHIF up to 3.10 shows no thumbnail of OT.
COMPRESSED = Study(
    "compressed",
    NIKOS,
    "Συμπιεσμένα",
    "20230105",
    (
        Series("compressed", "jls", 1, "CT", "JPEG-LS", pixels=HOUNSFIELD, images=3, syntax=JPEG_LS),
        Series("compressed", "j2k", 2, "CT", "JPEG 2000", pixels=HOUNSFIELD, images=3, syntax=JPEG_2000),
        Series("compressed", "ljpeg", 3, "CT", "JPEG lossless", pixels=HOUNSFIELD, images=3, syntax=JPEG_LOSSLESS),
        Series("compressed", "rle", 4, "CT", "RLE", pixels=HOUNSFIELD, images=3, syntax=RLE),
        Series("compressed", "jpeg", 5, "RG", "JPEG", pixels=BYTES, syntax=JPEG_BASELINE),
        Series("compressed", "colour", 6, "XC", "JPEG colour", pixels=COLOUR, syntax=JPEG_BASELINE),
    ),
)
MULTIFRAME = Study(
    "multiframe",
    LAYLA,
    "متعدد الإطارات",
    "20230817",
    (
        Series("multiframe", "enhanced", 1, "MR", "Enhanced MR", "enhanced", pixels=MAGNETIC, images=5),
        Series("multiframe", "capture", 2, "RF", "Capture", "multiframe", pixels=BYTES, images=4, syntax=RLE),
    ),
)
# OHIF reads segmentations and structure sets as whole objects with dcmjs, which refuses several character sets in one
# object; so this study is in UTF-8.
SEGMENTED = Study(
    "segmented",
    HANAKO,
    "Segmentation 肝臓",
    "20231130",
    (
        Series("segmented", "soft", 1, "CT", "CT", pixels=HOUNSFIELD, images=5),
        Series("segmented", "seg", 2, "SEG", "Organs", "seg", of="soft"),
        Series("segmented", "contours", 3, "RTSTRUCT", "Contours", "rtstruct", of="soft"),
    ),
)
DOCUMENTS = Study(
    "documents",
    TARO,
    "Documents 文書",
    "20231201",
    (
        Series("documents", "soft", 1, "CT", "CT", pixels=HOUNSFIELD, images=3),
        Series("documents", "report", 2, "DOC", "Report", "pdf"),
        Series("documents", "ecg", 3, "ECG", "Rest ECG", "ecg"),
        Series("documents", "findings", 4, "SR", "Findings", "sr", of="soft"),
    ),
)
VIDEO = Study(
    "video",
    LAYLA,
    "Endoscopy",
    "20231202",
    (Series("video", "clip", 1, "XC", "Clip", "video", pixels=COLOUR, syntax=H264),),
)

STUDIES: tuple[Study, ...] = (
    ORDINARY,
    SECOND,
    PRIOR,
    STRANGER,
    COMPRESSED,
    MULTIFRAME,
    SEGMENTED,
    DOCUMENTS,
    VIDEO,
)
