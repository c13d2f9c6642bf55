"""Why a viewer refuses a link, more exactly than the viewer needs to know it."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from ohifbuild.contract.link import LONGEST, MOST_STUDIES
from ohifbuild.contract.request import UID

STUDIES, FILE = "studyinstanceuids", "url"
LONGEST_UID = 64
"""Characters (DICOM PS3.5 9.1)."""


def link_problem(link: str) -> str:
    """Why a viewer refuses a link, in words that follow 'This link'; '' if its address and studies are not the reason.

    Args:
        link: the link; its token is not looked at.
    """
    parts = urlsplit(link)
    pairs = [pair.partition("=")[::2] for text in (parts.query, parts.fragment) for pair in text.split("&")]
    named = [unquote(value) for name, value in pairs if unquote(name).lower() == STUDIES]
    studies = [uid.strip(" ") for value in named for uid in value.split(",") if uid.strip(" ")]
    if len(link) > LONGEST:
        return f"has {len(link)} characters, more than {LONGEST}"
    if "@" in parts.netloc:
        return "has a user's name before the host"
    wrong = next((uid for uid in studies if not UID.fullmatch(uid)), "")
    if len(wrong) > LONGEST_UID:
        return f"has a Study Instance UID of {len(wrong)} characters; DICOM allows {LONGEST_UID}"
    if wrong:
        return "has a Study Instance UID with other characters than digits and single dots"
    if len(set(studies)) > MOST_STUDIES:
        return f"names {len(set(studies))} studies, more than {MOST_STUDIES}"
    if any(unquote(name).lower() == FILE for name, _ in pairs):
        return "names a JSON file (url=) twice, or beside studies"
    return ""
