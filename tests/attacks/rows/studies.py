"""Attacks with studies that an attacker stored, a misbehaving archive, other pages of the dist, and frames."""

from __future__ import annotations

import base64
import json
from typing import Any

from attacks import weakenings as weak
from attacks.hostile_archive import Behaviour, answering, failing, redirecting, resetting
from attacks.model import Outcome, PageAttack, Requirement, Weakening
from attacks.requirements import (
    all_of,
    archive_gets_only_the_study,
    attacker_gets_nothing,
    says,
    script_does_not_run,
    token_in_no,
    token_only_in_its_header,
)
from attacks.rows.page_attacks import link, script
from attacks.visit import Visit

BAD_HTML = "<!doctype html><script>parent.pwned = true; window.pwned = true</script>"
BAD_SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>parent.pwned = true</script></svg>'
BAD_XHTML = '<html xmlns="http://www.w3.org/1999/xhtml"><script>parent.pwned = true</script></html>'
SERIES, INSTANCE = "1.2.826.9.1", "1.2.826.9.1.1"


def shown(name: str, why: str, element: str, attribute: str, text: str, kind: str, *, declared: str = "") -> PageAttack:
    """A stored document is shown in an element; its scripts must not run in the viewer's origin."""
    typed = f"o.type = '{declared}';" if declared else ""
    js = (
        f"const o = document.createElement('{element}'); {typed}"
        f" o.{attribute} = `${{root}}/studies/${{own}}/rendered`; document.body.append(o);"
        "for (let n = 0; n < 20 && !window.pwned; n += 1) await new Promise(done => setTimeout(done, 25));"
        "return window.pwned === true"
    )
    return script(name, why, js, script_does_not_run, weak.ANY_DOCUMENT, archive=answering(text, kind, part="rendered"))


DOCUMENTS = (
    shown("html-in-an-object", "a document that is HTML", "object", "data", BAD_HTML, "text/html"),
    shown("html-in-a-frame", "the same in a frame", "iframe", "src", BAD_HTML, "text/html; charset=utf-8"),
    shown("html-in-an-embed", "the same embedded", "embed", "src", BAD_HTML, "text/html"),
    shown("html-in-capitals", "a media type in another letter case", "iframe", "src", BAD_HTML, "TEXT/HTML"),
    shown("svg-in-an-object", "an SVG with a script", "object", "data", BAD_SVG, "image/svg+xml"),
    shown("xhtml-in-a-frame", "an XHTML document", "iframe", "src", BAD_XHTML, "application/xhtml+xml"),
    shown("xml-in-a-frame", "an XML document with a script", "iframe", "src", BAD_XHTML, "text/xml"),
    shown("bytes-declared-html", "plain bytes that the element declares as HTML", "object", "data", BAD_HTML, "application/octet-stream", declared="text/html"),
    shown("bytes-declared-svg", "plain bytes that the element declares as SVG", "embed", "src", BAD_SVG, "application/octet-stream", declared="image/svg+xml"),
)  # fmt: skip


def _document(visit: Visit, document: dict[str, Any], kind: str) -> Behaviour:
    """The metadata of a study with one encapsulated document."""
    described = {
        "00080016": {"vr": "UI", "Value": ["1.2.840.10008.5.1.4.1.1.104.1"]},
        "00080018": {"vr": "UI", "Value": [INSTANCE]},
        "00080060": {"vr": "CS", "Value": ["DOC"]},
        "0020000D": {"vr": "UI", "Value": [visit.own]},
        "0020000E": {"vr": "UI", "Value": [SERIES]},
        "00200011": {"vr": "IS", "Value": [1]},
        "00200013": {"vr": "IS", "Value": [1]},
        "00420012": {"vr": "LO", "Value": [kind]},
        "00420011": {"vr": "OB", **document},
    }
    body = json.dumps([described])

    async def answer(request: Any, tail: str) -> Any:
        if tail.endswith("/metadata") or tail.partition("?")[0].endswith("/series"):
            return await answering(body, "application/dicom+json")(request, tail)
        return None

    return answer


def document(
    name: str, why: str, bulk_data: Any, requirement: Requirement, weakening: Weakening, kind: str = "text/html"
) -> PageAttack:
    """The viewer opens a study with a document that an attacker made."""

    def act(visit: Visit) -> Any:
        visit.servers.archive.behaviour = _document(visit, bulk_data(visit), kind)
        visit.go(visit.link())
        visit.until(lambda: visit.page.evaluate("!!document.querySelector('object, iframe, .pdf-yes-click')"))
        visit.until(lambda: visit.page.evaluate("window.pwned === true") or visit.attacked(), 1.5)
        return visit.page.evaluate("window.pwned === true")

    return PageAttack(name, why, act, requirement, weakening, page="viewer")


def _inline(text: str) -> dict[str, str]:
    return {"InlineBinary": base64.b64encode(text.encode()).decode()}


STUDIES = (
    document(
        "inline-html",
        "a document with the media type of HTML, in the metadata",
        lambda v: _inline(BAD_HTML),
        script_does_not_run,
        weak.STOCK,
    ),
    document(
        "inline-svg",
        "a document with the media type of SVG, in the metadata",
        lambda v: _inline(BAD_SVG),
        script_does_not_run,
        weak.STOCK,
        "image/svg+xml",
    ),
    document(
        "bulk-data-of-the-attacker",
        "a document whose bytes are on the attacker's server",
        lambda v: {"BulkDataURI": f"{v.evil}/x.html"},
        all_of(attacker_gets_nothing, script_does_not_run),
        weak.STOCK,
    ),
    document(
        "bulk-data-of-another-study",
        "a document whose bytes belong to another study",
        lambda v: {"BulkDataURI": f"{v.origin}{v.root}/studies/{v.other}/series/1.2/instances/1.2.3/bulkdata/x"},
        archive_gets_only_the_study,
        weak.NO_LAST_EXIT,
        "application/pdf",
    ),
    document(
        "bulk-data-elsewhere",
        "a document whose bytes are at another path of the origin",
        lambda v: {"BulkDataURI": f"{v.origin}/elsewhere/x"},
        token_only_in_its_header,
        weak.ROOT_IS_ALL,
        "application/pdf",
    ),
)


def misbehaves(name: str, why: str, behaviour: Behaviour, *reasons: str) -> PageAttack:
    """The archive misbehaves: the viewer shows a message, and the token is sent nowhere else."""
    return link(
        name,
        why,
        lambda v: v.link(),
        all_of(says(*reasons), token_only_in_its_header, attacker_gets_nothing, token_in_no("url", "console")),
        weak.STOCK,
        page="viewer",
        archive=lambda v: behaviour,
        until=lambda v: bool(v.archive()) and not v.is_ours(),
    )


MISBEHAVING = (
    misbehaves(
        "answers-html",
        "a sign-in page instead of an answer",
        answering(BAD_HTML, "text/html"),
        "failed",
    ),
    misbehaves(
        "answers-nonsense",
        "an answer that is not JSON",
        answering("[{", "application/dicom+json"),
        "failed",
    ),
    misbehaves("answers-nothing", "an empty list of studies", answering("[]", "application/dicom+json"), "not-found"),
    misbehaves(
        "redirects-to-sign-in",
        "a redirect to a sign-in page of the origin",
        redirecting(302, "/elsewhere/login"),
        "failed",
    ),
    misbehaves("resets", "a connection that is aborted", resetting(), "unreachable"),
    misbehaves("breaks-off", "an answer that is cut off", resetting(after=b"[{"), "unreachable"),
    misbehaves("fails", "an archive that fails", failing(500), "failed"),
    misbehaves("is-down", "a proxy without an archive", failing(502), "unreachable"),
    misbehaves("refuses", "an archive that refuses", failing(403), "refused"),
    misbehaves("wants-a-token", "an archive that does not know the token", failing(401), "refused"),
    misbehaves("has-no-such-study", "an archive that has no such study", failing(404), "not-found"),
)


def page_of_the_dist(name: str, why: str, path: str) -> PageAttack:
    """Another page of the dist is opened with a token in its address."""

    def act(visit: Visit) -> None:
        visit.go(f"{visit.origin}/{path}?token={visit.token}#token={visit.token}")
        visit.until(lambda: visit.page.evaluate("document.readyState === 'complete'"))

    return PageAttack(name, why, act, attacker_gets_nothing, weak.STOCK, page="viewer")


def file_is_missing(outcome: Outcome) -> str:
    """The dist has no such file."""
    return "" if outcome.result == 404 else f"the dist has the file (status {outcome.result})"


def viewer_is_out_of_reach(outcome: Outcome) -> str:
    """The attacker's page gets neither a frame with the viewer nor a reference to its window."""
    return "the attacker's page has one" if outcome.result else ""


OTHER_PAGES = (
    page_of_the_dist("silent-refresh", "a page that loads a script from another host", "silent-refresh.html"),
    PageAttack(
        "service-worker",
        "a service worker of the dist that loads scripts from another host",
        lambda v: (v.open(), v.run("return (await fetch('/sw.js')).status"))[1],
        file_is_missing,
        weak.STOCK,
        page="viewer",
    ),
    PageAttack(
        "google-sign-in",
        "a configuration that signs in at another host",
        lambda v: (v.open(), v.run("return (await fetch('/google.js')).status"))[1],
        file_is_missing,
        weak.STOCK,
        page="viewer",
    ),
)


def framed(visit: Visit) -> bool:
    """Whether the attacker's page gets the viewer into a frame."""
    visit.go(f"{visit.evil}/x.html")
    visit.run(
        "const f = document.createElement('iframe'); f.src = link; document.body.append(f);"
        " await new Promise(done => { f.onload = done; setTimeout(done, 1000); })".replace(
            "link", json.dumps(visit.link())
        )
    )
    return any("/viewer" in frame.url for frame in visit.page.frames)


def _opened(visit: Visit) -> bool:
    visit.go(f"{visit.evil}/x.html")
    visit.run(
        f"window.viewer = window.open({json.dumps(visit.link())}); await new Promise(done => setTimeout(done, 700))"
    )
    return visit.run("return !window.viewer.closed") is True


FRAMES = (
    PageAttack(
        "framed",
        "clickjacking: the attacker's page frames the viewer",
        framed,
        viewer_is_out_of_reach,
        weak.BARE,
        servers=("headers",),
    ),
    PageAttack(
        "opened",
        "the attacker's page opens the viewer and keeps a reference to its window",
        _opened,
        viewer_is_out_of_reach,
        weak.BARE,
        servers=("headers",),
    ),
)


ROWS = (*DOCUMENTS, *STUDIES, *MISBEHAVING, *OTHER_PAGES, *FRAMES)
