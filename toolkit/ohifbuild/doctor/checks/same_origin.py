"""Checks of what the archive, and old files beside the viewer, can do at the viewer's origin."""

from __future__ import annotations

from ohifbuild.doctor.checks.caching import seconds_kept
from ohifbuild.doctor.checks.remedies import is_web_server, send_header
from ohifbuild.doctor.client import Answer
from ohifbuild.doctor.data_sets import is_json
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.observations import ArchiveEvidence, Evidence
from ohifbuild.server.headers import CACHE_NEVER

REFUSED_METHOD = (401, 403, 404, 405, 501)
REFUSED_PATH = (400, 404)
RULES = "Use the rules for the archive's path that ohifbuild deploy writes (nginx, Apache, Caddy)."


def stored(evidence: Evidence) -> Finding:
    """Whether browsers and caches do not store answers with patients' data."""
    check = Check("archive-caching", "Archive's caching")
    archive = evidence.archive
    answers = {} if archive is None else _with_patient_data(archive)
    if not answers:
        return check.not_checked()
    kept = {what: answer for what, answer in answers.items() if seconds_kept(answer) or _is_public(answer)}
    if kept:
        what, answer = next(iter(kept.items()))
        return check.wrong(
            f"Caches may store the study's {what} (Cache-Control: {answer.get('cache-control')[:60]}).",
            "Browsers store images and names on the disk, and a shared cache may send them to other users.",
            send_header(answer, "Cache-Control", CACHE_NEVER),
            stops=False,
        )
    vague = {what: answer for what, answer in answers.items() if CACHE_NEVER not in _caching(answer)}
    if vague:
        what, answer = next(iter(vague.items()))
        return check.note(
            f"The study's {what} has no Cache-Control: {CACHE_NEVER}.",
            "This viewer prevents browsers from storing it; other programs may store it."
            if evidence.viewer and evidence.viewer.page.kind == "ohifbuild"
            else "Browsers may store images and names on the disk, where the next user of the computer can find them.",
            send_header(answer, "Cache-Control", CACHE_NEVER),
        )
    return check.right("Caches store nothing of a study.")


def _with_patient_data(archive: ArchiveEvidence) -> dict[str, Answer]:
    answers = {
        "search": next(iter(archive.granted.values()), None),
        "series": archive.series,
        "metadata": archive.metadata,
        "image": archive.frame,
    }
    return {what: answer for what, answer in answers.items() if answer and answer.status == 200 and answer.body}


def _caching(answer: Answer) -> str:
    return answer.get("cache-control").lower()


def _is_public(answer: Answer) -> bool:
    return "public" in _caching(answer) and CACHE_NEVER not in _caching(answer)


def cookies(evidence: Evidence) -> Finding:
    """Whether the archive sets no cookie, which could give access to studies without a token."""
    check = Check("cookies", "Archive's cookies")
    archive = evidence.archive
    if archive is None or evidence.viewer is None or not archive.anonymous_search.status:
        return check.not_checked()
    if evidence.viewer.page.settings.access != "token":
        return check.right("The viewer expects the cookie of a sign-in.")
    answers = (
        archive.anonymous_search,
        archive.anonymous_study,
        *archive.granted.values(),
        archive.series,
        archive.metadata,
    )
    cookie = next((answer.get("set-cookie") for answer in answers if answer and answer.get("set-cookie")), "")
    if not cookie:
        return check.right("None.")
    return check.note(
        f"The archive sets a cookie ({cookie.partition('=')[0][:40]}).",
        "If it is the cookie of a login, the next user of the browser can open studies without a token.",
        f"nginx: proxy_hide_header Set-Cookie;\n{RULES}",
    )


def methods(evidence: Evidence) -> Finding:
    """Whether the archive refuses an upload; doctor sends an empty one, which stores nothing."""
    check = Check("methods", "Uploads")
    upload = evidence.archive.upload if evidence.archive else None
    if upload is None or not upload.status or upload.status in (502, 503, 504):
        return check.not_checked()
    if upload.status in REFUSED_METHOD or 300 <= upload.status < 400:
        return check.right(f"Refused without a token ({upload.status}).")
    return check.wrong(
        f"The archive accepts an upload (POST) without a token: it answers {upload.status}.",
        "Anyone can store studies, and the archive serves them at the viewer's origin.",
        f"nginx, in the archive's location: limit_except GET {{ deny all; }}\n{RULES}",
        stops=False,
    )


def ambiguous_paths(evidence: Evidence) -> Finding:
    """Whether ambiguous paths are refused, which servers read in different ways."""
    check = Check("crooked-paths", "Ambiguous paths")
    archive = evidence.archive
    if archive is None or not any(answer.status for answer in archive.ambiguous.values()):
        return check.not_checked()
    passed = [form for form, answer in archive.ambiguous.items() if _passed(answer, archive.anonymous_search)]
    if not passed:
        return check.right("Refused.")
    return check.note(
        f"A path with {passed[0]} reaches the archive.",
        "Rules for paths are ineffective if archive and web server read a path in different ways.",
        RULES,
    )


def _passed(ambiguous: Answer, plain: Answer) -> bool:
    """Whether a request with an ambiguous path reached the archive.

    An archive without a web server in front refuses both paths in the same way, because there is no token.
    """
    found = ambiguous.status == 200 and is_json(ambiguous)
    alike = (ambiguous.status, ambiguous.body) == (plain.status, plain.body) and is_web_server(plain)
    return ambiguous.status not in REFUSED_PATH and (found or alike)


def other_pages(evidence: Evidence) -> Finding:
    """Whether there are no pages and workers of OHIF that run without the viewer's protection."""
    check = Check("other-pages", "Other pages")
    viewer = evidence.viewer
    if viewer is None:
        return check.not_checked()
    names = " and ".join(viewer.others)
    if not names:
        return check.right("There are no other pages of OHIF.")
    found = f"The server also has {names}."
    effect = "They load scripts of other hosts at the viewer's origin, without the viewer's protection."
    command = f"rm {' '.join(viewer.others)}"
    change = f"Delete these files of another build: {command}"
    if viewer.page.kind == "ohif":
        return check.note(found, effect, f"If nobody logs in with OpenID: {command}")
    return check.wrong(found, effect, change, stops=False)
