"""Objects that are no image: a PDF report, an ECG, a text report."""

from __future__ import annotations

from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID

from ohifbuild.verification.dataset.objects import empty_object
from ohifbuild.verification.dataset.studies import Series, Study

ENCAPSULATED_PDF = UID("1.2.840.10008.5.1.4.1.1.104.1")
TWELVE_LEAD_ECG = UID("1.2.840.10008.5.1.4.1.1.9.1.1")
BASIC_TEXT_SR = UID("1.2.840.10008.5.1.4.1.1.88.11")


def pdf(study: Study, series: Series) -> FileDataset:
    """An encapsulated PDF of one page."""
    ds = empty_object(study, series, 1, ENCAPSULATED_PDF)
    ds.ConversionType, ds.BurnedInAnnotation = "SYN", "YES"
    ds.DocumentTitle = series.description
    ds.ConceptNameCodeSequence = Sequence([])
    ds.MIMETypeOfEncapsulatedDocument = "application/pdf"
    document = one_page_pdf(f"Report of {study.patient.id}")
    ds.EncapsulatedDocumentLength = len(document)
    ds.EncapsulatedDocument = document + b"\0" * (len(document) % 2)
    return ds


def one_page_pdf(text: str) -> bytes:
    """A PDF of one page that says ``text`` (ASCII without brackets)."""
    content = f"BT /F1 24 Tf 72 720 Td ({text}) Tj ET".encode("ascii")
    bodies = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    text_so_far, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(text_so_far))
        text_so_far += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(bodies) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return text_so_far + end % (size, table, size, len(text_so_far))


def ecg(study: Study, series: Series) -> FileDataset:
    """A twelve-lead ECG: the waveforms that pydicom ships as test data, under our own identity."""
    shipped = get_testdata_file("waveform_ecg.dcm", download=False)
    assert isinstance(shipped, str)
    ds = empty_object(study, series, 1, TWELVE_LEAD_ECG)
    ds.AcquisitionDateTime = study.date + "100000"
    ds.AcquisitionContextSequence = Sequence([])
    ds.WaveformSequence = dcmread(shipped).WaveformSequence
    return ds


def text_report(study: Study, series: Series) -> FileDataset:
    """A Basic Text SR with one finding."""
    ds = empty_object(study, series, 1, BASIC_TEXT_SR)
    ds.CompletionFlag, ds.VerificationFlag = "COMPLETE", "UNVERIFIED"
    ds.ReferencedPerformedProcedureStepSequence = Sequence([])
    ds.PerformedProcedureCodeSequence = Sequence([])
    ds.ValueType, ds.ContinuityOfContent = "CONTAINER", "SEPARATE"
    ds.ConceptNameCodeSequence = Sequence([coded("18748-4", "LN", "Diagnostic imaging report")])
    finding = Dataset()
    finding.RelationshipType, finding.ValueType = "CONTAINS", "TEXT"
    finding.ConceptNameCodeSequence = Sequence([coded("121071", "DCM", "Finding")])
    finding.TextValue = "Sixteen blocks, as expected."
    ds.ContentSequence = Sequence([finding])
    return ds


def coded(value: str, scheme: str, meaning: str) -> Dataset:
    """A code sequence item."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item
