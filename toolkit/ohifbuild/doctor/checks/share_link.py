"""What the link says, as the viewer reads it."""

from __future__ import annotations

from ohifbuild.contract import tokens
from ohifbuild.contract.link import LONGEST, MOST_STUDIES, Link
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.gathered import Evidence

AGAIN = "Have the link made again, or copy all of it from where it was made; put it in quotes."


def what_link_says(evidence: Evidence) -> Finding:
    """Whether the viewer follows the link, and whether it names studies and a token."""
    about = Check("link", "Link")
    link = evidence.link
    if link.problem:
        return _not_followed(about, link)
    if link.url:
        return _names_file(about, evidence)
    if link.studies and link.token:
        count = len(link.studies)
        return about.right(f"{count} {'study' if count == 1 else 'studies'}, and a token.")
    if link.studies:
        quote = "If it has one: put the link in quotes, or the shell cuts it at the first &."
        return about.note("It has no token.", "What a token reaches was not tried.", quote)
    return about.note("It names no study.", "Whether a study opens was not tried.", "Give a whole link, in quotes.")


def _not_followed(about: Check, link: Link) -> Finding:
    if link.problem == "bad-token":
        return about.wrong(
            "The viewer takes no token from this link: it has two different ones, or one with other characters than "
            f"visible ASCII, or with more than {tokens.LONGEST} of them.",
            "The page says 'This link is damaged', and asks the archive for nothing.",
            AGAIN,
        )
    return about.wrong(
        "The viewer does not follow this link: it names a study by what is no Study Instance UID, or more than "
        f"{MOST_STUDIES} studies, or two values of url, or url beside studies; or it has a user's name before the "
        f"host, or more than {LONGEST} characters.",
        "The page says 'This link cannot be used', and asks the archive for nothing.",
        AGAIN,
    )


def _names_file(about: Check, evidence: Evidence) -> Finding:
    """A link of the kind that names a JSON file in its ``url``."""
    viewer = evidence.viewer
    if viewer and viewer.page.kind == "ohifbuild" and not viewer.page.settings.dicom_json:
        return about.wrong(
            "It names a JSON file (url=) in place of studies, and this dist follows no such links.",
            "The page says 'This link cannot be used', and asks the archive for nothing.",
            "Give out links with StudyInstanceUIDs, or build a dist that follows such links: dicom_json in the recipe.",
        )
    return about.note(
        "It names a JSON file (url=) in place of studies.",
        "Whether a study opens was not tried.",
        "Try a link with StudyInstanceUIDs.",
    )
