"""What the archive, and old files beside the viewer, can do at the viewer's origin."""

from __future__ import annotations

from ohifbuild.doctor.checks.caching import seconds_kept
from ohifbuild.doctor.checks.remedies import is_web_server, send_header
from ohifbuild.doctor.client import Answer
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.gather_archive import is_json
from ohifbuild.doctor.gathered import ArchiveSeen, Evidence
from ohifbuild.server.headers import CACHE_NEVER

REFUSED_METHOD = (401, 403, 404, 405, 501)
REFUSED_PATH = (400, 404)
RULES = "Take the rules for the archive's path that ohifbuild deploy writes (nginx, Apache, Caddy)."


def stored(evidence: Evidence) -> Finding:
    """Whether answers with patients' data are kept by browsers, or by caches on the way."""
    about = Check("archive-caching", "Archive's caching")
    archive = evidence.archive
    answers = {} if archive is None else _about_patients(archive)
    if not answers:
        return about.untried()
    kept = {what: answer for what, answer in answers.items() if seconds_kept(answer) or _is_public(answer)}
    if kept:
        what, answer = next(iter(kept.items()))
        return about.wrong(
            f"The study's {what} may be kept (Cache-Control: {answer.get('cache-control')[:60]}).",
            "Browsers keep images and names on their disk, and a cache on the way may give them to others.",
            send_header(answer, "Cache-Control", CACHE_NEVER),
            stops=False,
        )
    vague = {what: answer for what, answer in answers.items() if CACHE_NEVER not in _caching(answer)}
    if vague:
        what, answer = next(iter(vague.items()))
        return about.note(
            f"The study's {what} comes without Cache-Control: {CACHE_NEVER}.",
            "This viewer has browsers keep nothing of it all the same; other programs may."
            if evidence.viewer and evidence.viewer.page.kind == "ohifbuild"
            else "Browsers may keep images and names on their disk, for whoever uses the computer next.",
            send_header(answer, "Cache-Control", CACHE_NEVER),
        )
    return about.right("Nothing of a study is kept.")


def _about_patients(archive: ArchiveSeen) -> dict[str, Answer]:
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
    """Whether the archive leaves something in the browser that could open studies without a token."""
    about = Check("cookies", "Archive's cookies")
    archive = evidence.archive
    if archive is None or not archive.anybody.status:
        return about.untried()
    answers = (archive.anybody, archive.nobody, *archive.granted.values(), archive.series, archive.metadata)
    cookie = next((answer.get("set-cookie") for answer in answers if answer and answer.get("set-cookie")), "")
    if not cookie:
        return about.right("None.")
    return about.note(
        f"The archive sets a cookie ({cookie.partition('=')[0][:40]}).",
        "If it stands for a login, whoever uses the browser next opens studies without a token.",
        f"nginx: proxy_hide_header Set-Cookie;\n{RULES}",
    )


def methods(evidence: Evidence) -> Finding:
    """Whether an upload is refused; what was sent is an empty one, which stores nothing."""
    about = Check("methods", "Uploads")
    posted = evidence.archive.posted if evidence.archive else None
    if posted is None or not posted.status or posted.status in (502, 503, 504):
        return about.untried()
    if posted.status in REFUSED_METHOD or 300 <= posted.status < 400:
        return about.right(f"Refused without a token ({posted.status}).")
    return about.wrong(
        f"The archive takes an upload (POST) without a token: it answers {posted.status}.",
        "Anybody can store studies, and what is stored is served at the viewer's own address.",
        f"nginx, in the archive's location: limit_except GET {{ deny all; }}\n{RULES}",
        stops=False,
    )


def crooked_paths(evidence: Evidence) -> Finding:
    """Whether a path that servers read differently is refused."""
    about = Check("crooked-paths", "Crooked paths")
    archive = evidence.archive
    if archive is None or archive.crooked is None or not archive.crooked.status:
        return about.untried()
    crooked, plain = archive.crooked, archive.anybody
    found = crooked.status == 200 and is_json(crooked)
    # An archive without a web server in front refuses both alike, for want of a token.
    alike = (crooked.status, crooked.body) == (plain.status, plain.body) and is_web_server(plain)
    if crooked.status in REFUSED_PATH or not (found or alike):
        return about.right(f"Refused ({crooked.status}).")
    return about.note(
        "A path with /%2e%2e/ in it reaches the archive.",
        "Rules that go by the path fail where archive and web server read one path in two ways.",
        RULES,
    )


def other_pages(evidence: Evidence) -> Finding:
    """Whether pages and workers of OHIF are there that run without the viewer's guards."""
    about = Check("other-pages", "Other pages")
    viewer = evidence.viewer
    if viewer is None:
        return about.untried()
    names = " and ".join(viewer.others)
    if not names:
        return about.right("None of OHIF's own beside the viewer.")
    found = f"{names} {'is' if len(viewer.others) == 1 else 'are'} there."
    effect = "They load scripts of other hosts at the viewer's address, without the viewer's guards."
    change = f"Delete what is of another build: rm {' '.join(viewer.others)}"
    if viewer.page.kind == "ohif":
        return about.note(found, effect, "If nobody logs in with OpenID: " + change.partition(": ")[2])
    return about.wrong(found, effect, change, stops=False)
