"""Checks what the archive says about the study: its patient's name, and its modality."""

from __future__ import annotations

from ohifbuild.doctor.data_sets import MODALITIES, MODALITY, name_in, rows, value_of
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.observations import Evidence

SEPARATORS = "^= "
LOST = "?\ufffd"


def names(evidence: Evidence) -> Finding:
    """Whether the archive keeps the letters of names; the name itself is not shown."""
    check = Check("names", "Names")
    found = _row(evidence)
    if not found:
        return check.not_checked()
    if any(map(_has_lost, name_in(found))):
        return check.note(
            "The archive's answer has lost letters of the patient's name.",
            "The viewer shows the name with gaps or question marks, as the archive sends it.",
            'Orthanc: "DefaultEncoding": "Utf8", and restart it.\nOther archives: answer in UTF-8 (ISO_IR 192), and '
            "store studies with their Specific Character Set.",
        )
    return check.right("The archive keeps the letters of the patient's name.")


def _has_lost(group: str) -> bool:
    """Whether a group of a name has separators only, or a sign that stands for a lost letter."""
    return bool(group) and (not group.strip(SEPARATORS) or any(char in group for char in LOST))


def modality(evidence: Evidence) -> Finding:
    """Whether the study says of which modality it is."""
    check = Check("modality", "Modality")
    found = _row(evidence)
    series = rows(evidence.archive.series) if evidence.archive else []
    if not found:
        return check.not_checked()
    parts = {"the study": value_of(found, MODALITIES), "a series": all(value_of(row, MODALITY) for row in series)}
    missing = [what for what, is_named in parts.items() if not is_named]
    if missing:
        return check.note(
            f"The archive names no modality of {' and of '.join(missing)}.",
            "The viewer shows the study, but its list names no modality, and OHIF chooses the layout without it.",
            "If the archive leaves it out of its answers: send ModalitiesInStudy (0008,0061) and Modality (0008,0060).",
        )
    return check.right("The archive names it.")


def _row(evidence: Evidence) -> dict[str, object]:
    """The archive's answer about the first study that it finds."""
    answers = evidence.archive.granted.values() if evidence.archive else ()
    return next((found[0] for answer in answers if (found := rows(answer))), {})
