"""Checks whether the archive answers at the viewer's DICOMweb root, and allows the page's requests."""

from __future__ import annotations

from urllib.parse import urlsplit

from ohifbuild.doctor.checks.answers import UPSTREAM_GONE, dialog_of, fault_in, hides_dialog
from ohifbuild.doctor.checks.navigation import LOGIN_WORDS, REQUEST_FAILURES
from ohifbuild.doctor.client import Answer
from ohifbuild.doctor.decompress import shows_page, unpacked
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.gather import REDIRECTS
from ohifbuild.doctor.observations import Evidence
from ohifbuild.doctor.query_archive import is_demonstration
from ohifbuild.doctor.viewer_page import read_page

CHECK_TOKEN = (
    "Make the archive check the token (ohifbuild deploy writes a filter for Orthanc), and set "
    'Orthanc\'s "AuthenticationEnabled": false behind the proxy.'
)
NO_STUDY = "The viewer opens, but no study appears in it."


def mixed_content(evidence: Evidence) -> Finding:
    """Whether an https page has an https archive."""
    check = Check("mixed-content", "Mixed content")
    viewer = evidence.viewer
    if viewer is None or not viewer.root:
        return check.not_checked()
    if evidence.address.scheme == "https" and viewer.root.startswith("http:"):
        return check.wrong(
            f"The page uses https, but its archive {viewer.root} uses http.",
            f"Browsers block every request to it. {NO_STUDY}",
            "Serve the archive at the viewer's origin: ohifbuild move DIST --dicomweb-root /dicom-web\nor over https.",
        )
    return check.right("None.")


def answers_as_archive(evidence: Evidence) -> Finding:
    """Whether a DICOMweb archive answers at the viewer's DICOMweb root."""
    check = Check("archive", "Archive")
    viewer, archive = evidence.viewer, evidence.archive
    if viewer is None:
        return check.not_checked()
    if archive is None:
        change = "Set qidoRoot in app-config.js, or build with: ohifbuild build --dicomweb-root /dicom-web"
        return check.wrong("The viewer's configuration names no DICOMweb root.", NO_STUDY, change)
    if is_demonstration(viewer):
        change = "Set yours in app-config.js (qidoRoot, wadoRoot, wadoUriRoot), or build with: ohifbuild build"
        return check.wrong(f"The viewer uses OHIF's demonstration archive, {viewer.root}.", NO_STUDY, change)
    problem = _problem(archive.anonymous_search, viewer.root)
    if viewer.page.settings.access != "token" and _asks_to_sign_in(archive.anonymous_search):
        return check.right("It requires a sign-in, as the viewer expects. Doctor does not sign in.")
    if problem:
        return check.wrong(f"{viewer.root} {problem[0]}.", NO_STUDY, problem[1])
    if archive.granted and all(map(hides_dialog, archive.granted.values())):
        found = (
            f"{viewer.root} requires a login of its own, also with the token. The web server before it hides the kind. "
            "An archive that refuses a token and gives no reason looks the same."
        )
        return check.wrong(
            found, NO_STUDY, f"Try a new link first: the token of this one may be invalid.\n{CHECK_TOKEN}"
        )
    return check.right(f"{urlsplit(viewer.root).path or '/'} answers as DICOMweb.")


def _asks_to_sign_in(answer: Answer) -> bool:
    """Whether an answer asks a browser to sign in."""
    return answer.status in (401, *REDIRECTS) or (shows_page(answer) and _is_login(answer))


def _is_login(answer: Answer) -> bool:
    return read_page(unpacked(answer) or b"").kind == "login"


def _problem(answer: Answer, root: str) -> tuple[str, str] | None:
    """The fault in the answer to a search without a token, in words that follow its URL, and what to change."""
    path = urlsplit(root).path or "/"
    proxy = f"nginx: location {path}/ {{ proxy_pass http://127.0.0.1:8042; }}"
    if answer.failure and not answer.status:
        found, change = REQUEST_FAILURES[answer.failure]
        return found, change
    if answer.status in REDIRECTS:
        location = urlsplit(answer.get("location"))
        target = f"{location.netloc.rpartition('@')[2]}{location.path}"
        if any(word in target.lower() for word in LOGIN_WORDS):
            return f"redirects to a login at {target}", "Allow requests with a token to the archive without that login."
        return f"redirects to {target}", "Use the target as the dist's DICOMweb root, or remove the redirect."
    if dialog_of(answer):
        return f"requires a user name and a password ({dialog_of(answer)}), which a link does not contain", CHECK_TOKEN
    if answer.status in (401, 403, 204):
        return None
    if answer.status in UPSTREAM_GONE:
        change = (
            "Start the archive, and check its address in the proxy's configuration. The configurations of ohifbuild "
            f"deploy also answer 502 if the archive redirects.\n{proxy}"
        )
        return f"is a proxy that does not reach the archive ({answer.status})", change
    if answer.status == 404:
        orthanc = "Orthanc needs its DICOMweb plugin, with DicomWeb.Root of that path."
        return "does not exist (404)", f"Proxy the path to the archive: {proxy}\n{orthanc}"
    if shows_page(answer) and _is_login(answer):
        return "answers with a login page", "Allow requests with a token to the archive without that login."
    if shows_page(answer):
        change = f"The viewer's page, or another page, answers instead of the archive. Proxy the path:\n{proxy}"
        return f"answers with a web page ({answer.status}), not as DICOMweb", change
    fault = fault_in(answer, "json") if answer.body or answer.status != 200 else None
    return (f"does not answer as DICOMweb: {fault.found}", fault.change) if fault else None


def cross_origin(evidence: Evidence) -> Finding:
    """Whether an archive at another origin allows the page's requests (CORS, Fetch standard 3.2.2)."""
    check = Check("cross-origin", "CORS")
    viewer, archive, origin = evidence.viewer, evidence.archive, evidence.address.origin
    if viewer is None or archive is None:
        return check.not_checked()
    if archive.preflight is None:
        return check.right("Not needed: viewer and archive have the same origin.")
    name, answer = viewer.page.settings.token_header, archive.preflight
    allow = (
        f'nginx: add_header Access-Control-Allow-Origin "{origin}" always; '
        f'add_header Access-Control-Allow-Headers "{name}" always; and answer OPTIONS with 204, without a token'
    )
    blocked = f"The browser blocks every request with the token. {NO_STUDY}"
    if answer.failure or not 200 <= answer.status < 300:
        return check.wrong(
            f"The archive refuses the browser's preflight request (OPTIONS): {answer.status or answer.failure}.",
            blocked,
            allow,
        )
    if _allowed_origin(answer) not in ("*", origin):
        return check.wrong(f"The archive does not allow {origin} (Access-Control-Allow-Origin).", blocked, allow)
    headers = {part.strip().lower() for part in answer.get("access-control-allow-headers").split(",")}
    if name.lower() not in headers and not ("*" in headers and name.lower() != "authorization"):
        return check.wrong(
            f"The archive does not allow the header {name} (Access-Control-Allow-Headers).", blocked, allow
        )
    if _allowed_origin(archive.anonymous_search) not in ("*", origin):
        return check.wrong(
            f"The archive allows {origin} in its answer to the preflight request, but not in the answer itself.",
            f"The browser discards the answers. {NO_STUDY}",
            allow + "\nnginx needs 'always' to send them with 401 and 403 too",
        )
    return check.right(f"Allows {origin} and the header {name}.")


def _allowed_origin(answer: Answer) -> str:
    return answer.get("access-control-allow-origin").strip()
