"""Whether the archive answers where the viewer looks for it, and lets a browser in."""

from __future__ import annotations

from urllib.parse import urlsplit

from ohifbuild.doctor.checks.arrival import LOGIN_WORDS, REQUEST_FAILURES
from ohifbuild.doctor.checks.page import UPSTREAM_GONE, is_too_long
from ohifbuild.doctor.client import Answer
from ohifbuild.doctor.coding import shows_page
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.gather import REDIRECTS
from ohifbuild.doctor.gather_archive import is_demonstration, is_json
from ohifbuild.doctor.gathered import Evidence

NO_STUDY = "The viewer opens, but no study appears in it."


def mixed_content(evidence: Evidence) -> Finding:
    """Whether a page over https has its archive over https too."""
    about = Check("mixed-content", "Mixed content")
    viewer = evidence.viewer
    if viewer is None or not viewer.root:
        return about.untried()
    if evidence.address.scheme == "https" and viewer.root.startswith("http:"):
        return about.wrong(
            f"The page is https, and its archive {viewer.root} is http.",
            f"Browsers block every request to it. {NO_STUDY}",
            "Put the archive on the viewer's origin: ohifbuild move DIST --dicomweb-root /dicom-web\nor give it https.",
        )
    return about.right("None.")


def answers_as_archive(evidence: Evidence) -> Finding:
    """Whether DICOMweb is at the viewer's DICOMweb root."""
    about = Check("archive", "Archive")
    viewer, archive = evidence.viewer, evidence.archive
    if viewer is None:
        return about.untried()
    if archive is None:
        change = "Name it in app-config.js (qidoRoot), or build with: ohifbuild build --dicomweb-root /dicom-web"
        return about.wrong("The viewer's configuration names no DICOMweb root.", NO_STUDY, change)
    if is_demonstration(viewer):
        change = "Name yours in app-config.js (qidoRoot, wadoRoot, wadoUriRoot), or build with: ohifbuild build"
        return about.wrong(f"The viewer talks to OHIF's demonstration archive, {viewer.root}.", NO_STUDY, change)
    problem = _problem(archive.anybody, viewer.root)
    if problem:
        return about.wrong(f"{viewer.root} {problem[0]}.", NO_STUDY, problem[1])
    return about.right(f"{urlsplit(viewer.root).path or '/'} answers as DICOMweb.")


def _problem(answer: Answer, root: str) -> tuple[str, str] | None:
    """What is wrong with an archive's answer to a search without a token, and what to change."""
    path = urlsplit(root).path or "/"
    pass_on = f"nginx: location {path}/ {{ proxy_pass http://127.0.0.1:8042; }}"
    if answer.trouble and not answer.status:
        found, change = REQUEST_FAILURES[answer.trouble]
        return found, change
    if answer.status in REDIRECTS:
        there = urlsplit(answer.get("location"))
        place = f"{there.netloc.rpartition('@')[2]}{there.path}"
        if any(word in place.lower() for word in LOGIN_WORDS):
            return f"sends to a login at {place}", "Let requests with a token pass to the archive without that login."
        return f"redirects to {place}", "Name the place where it leads as the dist's DICOMweb root, or take it away."
    if answer.status == 401 and answer.get("www-authenticate").lower().startswith("basic"):
        change = (
            "Let the archive itself decide by the token (ohifbuild deploy writes a filter for Orthanc), with "
            '"AuthenticationEnabled": false behind the proxy.'
        )
        return "wants a user's name and password (Basic), which a link has not", change
    if answer.status in (401, 403, 204):
        return None
    if answer.status in UPSTREAM_GONE:
        change = (
            "Start the archive, and see that the proxy names its address. Our rules answer so in place of an archive's "
            f"redirect too.\n{pass_on}"
        )
        return f"is a proxy that reaches no archive behind it ({answer.status})", change
    if is_too_long(answer):
        return f"refuses the request as too long ({answer.status})", "nginx: large_client_header_buffers 4 32k;"
    if answer.status == 404:
        change = f"Pass the path on: {pass_on}\nOrthanc needs its DICOMweb plugin, with DicomWeb.Root of that path."
        return "is not there (404)", change
    if shows_page(answer):
        change = f"The viewer's page, or another, answers in the archive's place. Pass the path on:\n{pass_on}"
        return f"answers with a web page ({answer.status}), not as DICOMweb", change
    if answer.status != 200 or not is_json(answer):
        kind = answer.media_type or "no type"
        return f"answers {answer.status} ({kind}), not as DICOMweb", "Read the archive's own log."
    return None


def cross_origin(evidence: Evidence) -> Finding:
    """Whether an archive at another origin lets the page ask (Fetch standard 3.2.2)."""
    about = Check("cross-origin", "CORS")
    viewer, archive, origin = evidence.viewer, evidence.archive, evidence.address.origin
    if viewer is None or archive is None:
        return about.untried()
    if archive.preflight is None:
        return about.right("Not needed: viewer and archive have one origin.")
    name, answer = viewer.page.settings.token_header, archive.preflight
    allow = (
        f'nginx: add_header Access-Control-Allow-Origin "{origin}" always; '
        f'add_header Access-Control-Allow-Headers "{name}" always; and OPTIONS answered with 204, without a token'
    )
    blocked = f"The browser blocks every request with the token. {NO_STUDY}"
    if answer.trouble or not 200 <= answer.status < 300:
        return about.wrong(
            f"A browser's question before the first request (OPTIONS) is refused ({answer.status or answer.trouble}).",
            blocked,
            allow,
        )
    if _allowed_origin(answer) not in ("*", origin):
        return about.wrong(f"It does not allow {origin} (Access-Control-Allow-Origin).", blocked, allow)
    headers = {part.strip().lower() for part in answer.get("access-control-allow-headers").split(",")}
    if name.lower() not in headers and not ("*" in headers and name.lower() != "authorization"):
        return about.wrong(f"It does not allow the header {name} (Access-Control-Allow-Headers).", blocked, allow)
    if _allowed_origin(archive.anybody) not in ("*", origin):
        return about.wrong(
            f"It allows {origin} when asked beforehand, but not in its answer.",
            f"The browser throws the answers away. {NO_STUDY}",
            allow + "\nnginx: 'always', or answers of 401 and 403 go without",
        )
    return about.right(f"{origin} may ask, with {name}.")


def _allowed_origin(answer: Answer) -> str:
    return answer.get("access-control-allow-origin").strip()
