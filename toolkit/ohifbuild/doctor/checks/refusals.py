"""Checks whether the archive refuses requests that no link allows."""

from __future__ import annotations

from ohifbuild.doctor.client import Answer
from ohifbuild.doctor.data_sets import STUDY, rows, value_of
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.observations import Evidence

ENFORCE = (
    "Make the archive enforce tokens: ohifbuild deploy writes a filter for Orthanc; with orthanc-auth-service use "
    "Orthanc's authorization plugin."
)


def without_token(evidence: Evidence) -> Finding:
    """Whether the archive refuses requests without a token."""
    check = Check("without-token", "No token")
    archive = evidence.archive
    if archive is None or archive.anonymous_search.status == 0:
        return check.not_checked()
    granted = rows(archive.anonymous_study) or rows(archive.anonymous_search)
    if granted:
        return check.wrong(
            "The archive answers without a token.",
            "Anyone who knows its address can see every patient.",
            ENFORCE,
            stops=False,
        )
    if archive.anonymous_search.status in (200, 204) and archive.anonymous_study is None:
        return check.not_checked("the archive lists no studies, and no study was requested.")
    return check.right(f"Refused ({(archive.anonymous_study or archive.anonymous_search).status}).")


def shared_cache(evidence: Evidence) -> Finding:
    """Whether no cache before the archive answers a request without a token with the answer to one with a token."""
    check = Check("shared-cache", "Cache before it")
    archive = evidence.archive
    if archive is None or archive.repeated is None or not archive.repeated.status:
        return check.not_checked()
    if rows(archive.repeated) and not rows(archive.anonymous_study):
        return check.wrong(
            "A cache before the archive repeats an answer about the study to a request without a token.",
            "Anyone who asks after a user of the link sees the same, without a token.",
            "Let no proxy or CDN cache the archive's path. nginx: proxy_cache off;",
            stops=False,
        )
    return check.right("None repeats an answer without a token.")


def forged_token(evidence: Evidence) -> Finding:
    """Whether a token that nobody issued is refused."""
    check = Check("forged-token", "Forged token")
    archive = evidence.archive
    if archive is None or archive.forged is None:
        return check.not_checked()
    if rows(archive.forged):
        return check.wrong(
            "A forged token gives access to the study.",
            "Every token gives access to every study.",
            ENFORCE,
            stops=False,
        )
    return check.right(f"Refused ({archive.forged.status}).")


def priors(evidence: Evidence) -> Finding:
    """Whether the token gives no access to the patient's other studies."""
    check = Check("priors", "Priors")
    archive = evidence.archive
    if archive is None or archive.patient is None:
        if archive is None or not archive.series:
            return check.not_checked()
        return check.not_checked("the study has no Patient ID.")
    others = _others(archive.patient, evidence.link.studies)
    if others:
        return check.wrong(
            f"The token finds {_studies(others)} of the patient not in the link.",
            "Users of the link can see studies that were not shared.",
            ENFORCE,
            stops=False,
        )
    return check.right(f"A search for the patient finds no other study ({archive.patient.status}).")


def everything(evidence: Evidence) -> Finding:
    """Whether a search for all studies finds only those of the link."""
    check = Check("everything", "Search for all")
    archive = evidence.archive
    if archive is None or archive.everything is None:
        return check.not_checked()
    others = _others(archive.everything, evidence.link.studies)
    if others:
        return check.wrong(
            "The token finds studies of other patients that are not in the link.",
            "Users of the link can see the whole archive.",
            ENFORCE,
            stops=False,
        )
    return check.right(f"A search for all studies finds no other study ({archive.everything.status}).")


def _others(answer: Answer, studies: tuple[str, ...]) -> int:
    return len([row for row in rows(answer) if value_of(row, STUDY) not in studies])


def _studies(count: int) -> str:
    return "one study" if count == 1 else f"{count} studies"
