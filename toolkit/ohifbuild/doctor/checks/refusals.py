"""Whether the archive refuses what no link allows."""

from __future__ import annotations

from ohifbuild.doctor.client import Answer
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.gather_archive import STUDY, rows, value_of
from ohifbuild.doctor.gathered import Evidence

ENFORCE = (
    "Have the archive enforce tokens: ohifbuild deploy writes a filter for Orthanc; with orthanc-auth-service use its "
    "authorization plugin."
)


def without_token(evidence: Evidence) -> Finding:
    """Whether the archive gives nothing without a token."""
    about = Check("without-token", "No token")
    archive = evidence.archive
    if archive is None or archive.anybody.status == 0:
        return about.untried()
    open_ = next((answer for answer in (archive.nobody, archive.anybody) if rows(answer)), None)
    if open_:
        return about.wrong(
            "The archive answers without any token.",
            "Whoever knows its address can see every patient.",
            ENFORCE,
            stops=False,
        )
    if archive.anybody.status in (200, 204) and archive.nobody is None:
        return about.untried("it lists nothing; whether it opens a study was not tried.")
    return about.right(f"Refused ({(archive.nobody or archive.anybody).status}).")


def forged_token(evidence: Evidence) -> Finding:
    """Whether a token that nobody issued is refused."""
    about = Check("forged-token", "Made-up token")
    archive = evidence.archive
    if archive is None or archive.forged is None:
        return about.untried()
    if rows(archive.forged):
        return about.wrong(
            "A token that was made up opens the study.", "Any token opens any study.", ENFORCE, stops=False
        )
    return about.right(f"Refused ({archive.forged.status}).")


def priors(evidence: Evidence) -> Finding:
    """Whether the patient's other studies stay out of the token's reach."""
    about = Check("priors", "Priors")
    archive = evidence.archive
    if archive is None or archive.patient is None:
        return about.untried(_FIRST if archive is None or not archive.series else "the study has no Patient ID.")
    others = _others(archive.patient, evidence.link.studies)
    if others:
        return about.wrong(
            f"The token finds {_studies(others)} of the patient's that are not in the link.",
            "Who has the link can see studies that were not shared.",
            ENFORCE,
            stops=False,
        )
    return about.right(f"A search for the patient gives nothing more ({archive.patient.status}).")


def everything(evidence: Evidence) -> Finding:
    """Whether a search for all studies gives no more than the link's."""
    about = Check("everything", "Search for all")
    archive = evidence.archive
    if archive is None or archive.everything is None:
        return about.untried()
    others = _others(archive.everything, evidence.link.studies)
    if others:
        return about.wrong(
            "The token finds studies that are not in the link, of any patient.",
            "Who has the link can see the archive.",
            ENFORCE,
            stops=False,
        )
    return about.right(f"A search for all gives nothing more ({archive.everything.status}).")


_FIRST = "other things first."


def _others(answer: Answer, studies: tuple[str, ...]) -> int:
    return len([row for row in rows(answer) if value_of(row, STUDY) not in studies])


def _studies(count: int) -> str:
    return "one study" if count == 1 else f"{count} studies"
