"""Checks the link as the viewer reads it."""

from __future__ import annotations

from urllib.parse import urlsplit

from ohifbuild.contract import tokens
from ohifbuild.contract.link import Link
from ohifbuild.contract.source import names_in, source_of
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.observations import Evidence

NEW_LINK = "Get a new link, or copy the whole link again, and put it in quotes."


def share_link(evidence: Evidence) -> Finding:
    """Whether the viewer accepts the link, and whether it names studies and a token."""
    check = Check("link", "Link")
    link = evidence.link
    if link.problem:
        return _not_followed(check, link, evidence.link_problem)
    if link.url:
        return _names_file(check, evidence)
    if link.studies and link.token:
        count = len(link.studies)
        return check.right(f"It names {count} {'study' if count == 1 else 'studies'} and a token.")
    if link.studies:
        quote = "If it has one: put the link in quotes, or the shell cuts it at the first &."
        return check.note("It has no token.", "Access with a token was not checked.", quote)
    return check.note("It names no study.", "Access to a study was not checked.", "Give a whole link, in quotes.")


def _not_followed(check: Check, link: Link, problem: str) -> Finding:
    if link.problem == "bad-token":
        return check.wrong(
            "The viewer refuses the token in this link: there are two different ones, or it has other characters than "
            f"visible ASCII, or more than {tokens.LONGEST} characters.",
            "The page says 'This link is damaged', and sends no request to the archive.",
            NEW_LINK,
        )
    return check.wrong(
        f"The viewer refuses it: this link {problem or 'cannot be read'}.",
        "The page says 'This link cannot be used', and sends no request to the archive.",
        NEW_LINK,
    )


def _names_file(check: Check, evidence: Evidence) -> Finding:
    """The finding for a link that names a JSON file in its parameter ``url``."""
    viewer = evidence.viewer
    if viewer and viewer.page.kind == "ohifbuild" and not viewer.page.settings.dicom_json:
        return check.wrong(
            "It names a JSON file (url=) instead of studies, and this dist accepts no such links.",
            "The page says 'This link cannot be used', and sends no request to the archive.",
            "Use links with StudyInstanceUIDs, or build a dist that accepts JSON files: dicom_json in the recipe.",
        )
    return check.note(
        "It names a JSON file (url=) instead of studies.",
        "Access to a study was not checked.",
        "Check a link with StudyInstanceUIDs.",
    )


def archive_name(evidence: Evidence) -> Finding:
    """Whether the viewer has the archive that the link names."""
    check = Check("archive-name", "Named archive")
    if evidence.viewer is None:
        return check.not_checked()
    page, path, query = evidence.viewer.page, evidence.address.path, urlsplit(evidence.link.address).query
    # Without line breaks, so that a link cannot forge a finding.
    named = " ".join(", ".join(names_in(page.settings, path, query)).split())
    if page.kind == "ohif" or source_of(page.settings, path, query):
        return check.right(f"The link is for the archive {named or 'at /viewer'}.")
    known = ", ".join(source.name for source in page.settings.sources)
    return check.wrong(
        f"The link names the archive '{named[:40]}', which this viewer does not have.",
        "The page says that the link cannot be used, and sends no request to an archive.",
        f"The viewer's archives are: {known}. Correct the link, or add [[data_sources]] to the recipe.",
    )
