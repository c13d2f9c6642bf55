"""What is wrong with an answer of the archive, whatever was asked: its status, and whether its body is what it says."""

from __future__ import annotations

from email.message import Message
from typing import Literal, NamedTuple
from urllib.parse import urljoin, urlsplit

from ohifbuild.contract.answers import Kind, Status, telling_of
from ohifbuild.doctor.checks.remedies import accept_long_lines, wait_longer
from ohifbuild.doctor.client import Answer, RequestFailure
from ohifbuild.doctor.data_sets import is_json
from ohifbuild.doctor.decompress import shows_page, unpacked
from ohifbuild.doctor.gather import REDIRECTS
from ohifbuild.doctor.viewer_page import read_page
from ohifbuild.server.archive_rules import ARCHIVE_POLICY, CHALLENGE_REPLACEMENT

Form = Literal["json", "frame", "bytes"]

DIALOGS = ("basic", "digest", "negotiate", "ntlm")
"""Challenges that browsers answer themselves, with a dialog (RFC 7617, RFC 7616, RFC 4559)."""

TOO_LONG = (413, 414, 431)
NGINX_TOO_LARGE = (b"Header Or Cookie Too Large", b"Request-URI Too Large")
UPSTREAM_GONE = (502, 503, 504)
FRAME_TYPES = ("multipart/related", "application/octet-stream", "image/")
READ_LOG = "Read the archive's log."
ALL_PATHS = "Make every proxy and filter accept the token for all paths below studies/<uid>/."

CUT: dict[RequestFailure, str] = {"timeout": "does not end in time", "tls": "ends with a TLS error"}

STATUSES: dict[int, tuple[str, str]] = {
    204: ("the answer is 204, 'no content'", "Look whether the archive still has the study, and read its log."),
    400: (
        "the archive calls the request invalid (400)",
        "Make every proxy pass path and query on unchanged: without decoding %2F, and without merging slashes.\n"
        "If it is the archive itself that does not understand the request, its log says why.",
    ),
    404: (
        "the answer is 404, 'not found'",
        "Make every proxy pass all paths below studies/<uid>/ to the archive, and look whether the archive still has "
        "the study.",
    ),
    405: ("GET is not allowed (405)", "Allow GET for all paths below the DICOMweb root."),
    406: (
        "the archive does not send it in the form that the viewer asks for (406)",
        "Make every proxy pass the header Accept on unchanged.\nIf the archive knows other forms only, change "
        "acceptHeader of the data source.",
    ),
    408: ("the server waited too long for the request (408)", "Look for a proxy that does not pass requests on."),
    415: ("the server calls the request's media type unknown (415)", "Make every proxy pass GET requests unchanged."),
    429: (
        "the server refuses it because of too many requests (429), also after a pause",
        "Allow the viewer more requests: it sends up to a hundred at once. nginx: limit_req … burst=500 nodelay;",
    ),
    500: ("the archive fails (500)", READ_LOG),
    501: ("the archive does not support this request (501)", "Update the archive or its DICOMweb plugin."),
}


PAGE_SAYS = {
    "unreachable": "The image archive cannot be reached",
    "busy": "The image archive is busy",
    "refused": "These images cannot be opened with this link",
    "not-found": "The study was not found",
    "failed": "The images could not be opened",
}
"""The titles of the page's messages in English (``src/texts/en.js`` of the extension template)."""


class Fault(NamedTuple):
    """What is wrong, in words that follow a colon, and what to change."""

    found: str
    change: str


def fault_in(answer: Answer, form: Form) -> Fault | None:
    """What is wrong with an answer to a request with a token; None if nothing is.

    Args:
        answer: the answer.
        form: what its body has to be: a list in JSON, a frame, or anything.
    """
    if answer.failure:
        return _broken_off(answer)
    if answer.status in REDIRECTS:
        return _redirected(answer)
    if is_too_long(answer):
        return Fault(f"the server refuses the request as too long ({answer.status})", accept_long_lines(answer))
    if answer.status in (401, 403):
        return _refused(answer)
    if answer.status in UPSTREAM_GONE:
        start = "" if answer.status == 504 else "Start the archive.\n"
        return Fault(f"a proxy gets no answer from the archive ({answer.status})", start + wait_longer(answer))
    if answer.status in STATUSES:
        return Fault(*STATUSES[answer.status])
    if answer.status != 200:
        return Fault(f"the archive answers {answer.status}", READ_LOG)
    return fault_in_body(answer, form)


def page_says(answer: Answer, kind: Kind) -> str:
    """What the page says about an answer with a fault, after a space; '' if it says nothing."""
    status: Status = answer.status if answer.status != 200 else 0 if answer.failure else "unreadable"
    telling = telling_of(status, kind, "nothing")
    return f" The page says '{PAGE_SAYS[telling.message]}'." if telling else ""


def fault_in_body(answer: Answer, form: Form) -> Fault | None:
    """What is wrong with the body of an answer with the status 200."""
    if unpacked(answer) is None:
        coding = answer.get("content-encoding")[:20]
        return Fault(
            f"its body is not compressed as Content-Encoding: {coding} says",
            "Let one server compress, or none. nginx: gunzip off; and no Content-Encoding that is set manually",
        )
    if shows_page(answer):
        page = read_page(unpacked(answer) or b"")
        if page.kind == "login":
            return Fault("the answer is a login page", "Allow requests with a token to the archive without that login.")
        whose = "the viewer's page" if page.is_viewer else "a web page"
        return Fault(f"the answer is {whose}, not the archive's", "Make every proxy pass the path to the archive.")
    if not answer.body:
        return Fault("the answer is empty", READ_LOG)
    if form == "json" and not is_json(answer):
        kind = answer.media_type or "no media type"
        return Fault(f"the answer is no DICOM JSON ({kind})", "Make every proxy pass the header Accept on unchanged.")
    return _multipart_fault(answer) if form == "frame" else None


def _multipart_fault(answer: Answer) -> Fault | None:
    """What is wrong with the parts of a frame's answer (PS3.18 8.6.1.2)."""
    kind = answer.media_type or "no media type"
    if not answer.media_type.startswith(FRAME_TYPES):
        return Fault(
            f"its Content-Type is {kind} instead of multipart/related",
            "Make every proxy keep the archive's Content-Type.",
        )
    if answer.media_type != "multipart/related":
        return None
    boundary = _boundary(answer.get("content-type"))
    if not boundary:
        return Fault("its Content-Type names no boundary", "Make every proxy keep the whole Content-Type.")
    if answer.whole and f"--{boundary}--".encode() not in answer.body[-len(boundary) - 64 :]:
        return Fault("its multipart body has no end: it is cut off", wait_longer(answer))
    return None


def _boundary(content_type: str) -> str:
    message = Message()
    message["Content-Type"] = content_type
    found = message.get_param("boundary")
    return found if isinstance(found, str) else ""


def _broken_off(answer: Answer) -> Fault:
    reason = CUT.get(answer.failure, "is cut off")
    if not answer.status:
        return Fault("there is no answer" + (" in time" if answer.failure == "timeout" else ""), wait_longer(answer))
    return Fault(f"the answer begins ({answer.status}), but {reason}", wait_longer(answer))


def _redirected(answer: Answer) -> Fault:
    """The fault of a redirect. Its query is not shown, because it may hold a signature that opens the target."""
    return Fault(
        f"the archive redirects to {target_of(answer)} ({answer.status})",
        "Make the archive send it itself, or let your web server fetch it from there without the token; the page about "
        "several archives has the lines for nginx.\nThe viewer follows no redirects, because they would pass the token "
        "on, and connect in the recipe does not change that.",
    )


def target_of(answer: Answer) -> str:
    """The origin that a redirect leads to; 'another path' on the archive's own origin, '?' if it is unreadable."""
    try:
        parts = urlsplit(urljoin(answer.url, answer.get("location")))
    except ValueError:
        return "?"
    origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return f"another path, {parts.path[:80]}" if answer.url.startswith(f"{origin}/") else origin


def _refused(answer: Answer) -> Fault:
    scheme = dialog_of(answer) or ("Basic or the like" if hides_dialog(answer) else "")
    if scheme:
        return Fault(
            f"the server requires a login of its own ({scheme})",
            "Remove that login for requests with a token: users of a link have no account, and their browser asks them "
            "for a password.",
        )
    return Fault(f"the server refuses it ({answer.status})", ALL_PATHS)


def dialog_of(answer: Answer) -> str:
    """The scheme of a challenge that browsers answer with a dialog; '' if it is none."""
    scheme = answer.get("www-authenticate").strip().partition(" ")[0].rstrip(",")
    return scheme[:20] if answer.status == 401 and scheme.lower() in DIALOGS else ""


def hides_dialog(answer: Answer) -> bool:
    """Whether a server with ohifbuild's rules for archives refused a request, and replaced such a challenge."""
    replaced = answer.get("www-authenticate").strip() == CHALLENGE_REPLACEMENT
    return answer.status == 401 and replaced and answer.get("content-security-policy") == ARCHIVE_POLICY


def is_too_long(answer: Answer) -> bool:
    """Whether an answer means that the request line or a header is too long."""
    nginx = answer.status == 400 and any(words in answer.body for words in NGINX_TOO_LARGE)
    return nginx or answer.status in TOO_LONG
