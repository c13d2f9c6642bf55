"""An archive that holds what an attacker stored, or that behaves as no archive should."""

from __future__ import annotations

import base64
import json
from typing import Any

from attacks import weakenings as weak
from attacks.hostile import Behaviour, answering, failing, redirecting, resetting
from attacks.model import PageAttack, Requirement, Seen, Weakening
from attacks.requirements import (
    archive_gets_only_the_study,
    attacker_gets_nothing,
    everything,
    says,
    script_does_not_run,
    token_in_no,
    token_only_in_its_header,
)
from attacks.rows.ways import link, script
from attacks.visit import Visit

BAD_HTML = "<!doctype html><script>parent.pwned = true; window.pwned = true</script>"
BAD_SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>parent.pwned = true</script></svg>'
BAD_XHTML = '<html xmlns="http://www.w3.org/1999/xhtml"><script>parent.pwned = true</script></html>'
SERIES, INSTANCE = "1.2.826.9.1", "1.2.826.9.1.1"


def shown(name: str, why: str, element: str, attribute: str, text: str, kind: str, *, declared: str = "") -> PageAttack:
    """A stored document is shown in an element; what it says must not run next to the token."""
    typed = f"o.type = '{declared}';" if declared else ""
    js = (
        f"const o = document.createElement('{element}'); {typed}"
        f" o.{attribute} = `${{root}}/studies/${{own}}/rendered`; document.body.append(o);"
        "for (let n = 0; n < 20 && !window.pwned; n += 1) await new Promise(done => setTimeout(done, 25));"
        "return window.pwned === true"
    )
    return script(name, why, js, script_does_not_run, weak.ANY_DOCUMENT, archive=answering(text, kind, part="rendered"))


DOCUMENTS = (
    shown("html-in-an-object", "a document that turned out to be HTML", "object", "data", BAD_HTML, "text/html"),
    shown("html-in-a-frame", "the same in a frame", "iframe", "src", BAD_HTML, "text/html; charset=utf-8"),
    shown("html-in-an-embed", "the same embedded", "embed", "src", BAD_HTML, "text/html"),
    shown("html-in-capitals", "a media type in other letters", "iframe", "src", BAD_HTML, "TEXT/HTML"),
    shown("svg-in-an-object", "a drawing with a script", "object", "data", BAD_SVG, "image/svg+xml"),
    shown("xhtml-in-a-frame", "a document of XHTML", "iframe", "src", BAD_XHTML, "application/xhtml+xml"),
    shown("xml-in-a-frame", "a document of XML with a script", "iframe", "src", BAD_XHTML, "text/xml"),
    shown("bytes-declared-html", "plain bytes that the element calls HTML", "object", "data", BAD_HTML, "application/octet-stream", declared="text/html"),
    shown("bytes-declared-svg", "plain bytes that the element calls a drawing", "embed", "src", BAD_SVG, "application/octet-stream", declared="image/svg+xml"),
)  # fmt: skip


def _document(visit: Visit, document: dict[str, Any], kind: str) -> Behaviour:
    """A study of one encapsulated document, as metadata describe it."""
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
    name: str, why: str, held: Any, demand: Requirement, weakened: Weakening, kind: str = "text/html"
) -> PageAttack:
    """The viewer opens a study whose document was made by an attacker."""

    def act(visit: Visit) -> Any:
        visit.servers.archive.behaviour = _document(visit, held(visit), kind)
        visit.go(visit.link())
        visit.until(lambda: visit.page.evaluate("!!document.querySelector('object, iframe, .pdf-yes-click')"))
        visit.until(lambda: visit.page.evaluate("window.pwned === true") or visit.attacked(), 1.5)
        return visit.page.evaluate("window.pwned === true")

    return PageAttack(name, why, act, demand, weakened, page="viewer")


def _inline(text: str) -> dict[str, str]:
    return {"InlineBinary": base64.b64encode(text.encode()).decode()}


STUDIES = (
    document(
        "inline-html",
        "a document that calls itself HTML, within the metadata",
        lambda v: _inline(BAD_HTML),
        script_does_not_run,
        weak.STOCK,
    ),
    document(
        "inline-svg",
        "a document that calls itself a drawing",
        lambda v: _inline(BAD_SVG),
        script_does_not_run,
        weak.STOCK,
        "image/svg+xml",
    ),
    document(
        "bulk-data-of-the-attacker",
        "a document whose bytes are at the attacker's server",
        lambda v: {"BulkDataURI": f"{v.evil}/x.html"},
        everything(attacker_gets_nothing, script_does_not_run),
        weak.STOCK,
    ),
    document(
        "bulk-data-of-another-study",
        "a document whose bytes are another study's",
        lambda v: {"BulkDataURI": f"{v.origin}{v.root}/studies/{v.other}/series/1.2/instances/1.2.3/bulkdata/x"},
        archive_gets_only_the_study,
        weak.NO_LAST_EXIT,
        "application/pdf",
    ),
    document(
        "bulk-data-elsewhere",
        "a document whose bytes are elsewhere in the origin",
        lambda v: {"BulkDataURI": f"{v.origin}/elsewhere/x"},
        token_only_in_its_header,
        weak.ROOT_IS_ALL,
        "application/pdf",
    ),
)


def misbehaves(name: str, why: str, behaviour: Behaviour, *reasons: str) -> PageAttack:
    """The archive answers otherwise than it should: the reader is told, and the token goes nowhere."""
    return link(
        name,
        why,
        lambda v: v.link(),
        everything(says(*reasons), token_only_in_its_header, attacker_gets_nothing, token_in_no("url", "console")),
        weak.STOCK,
        page="viewer",
        archive=lambda v: behaviour,
        until=lambda v: bool(v.archive()) and not v.ours(),
    )


MISBEHAVING = (
    misbehaves(
        "answers-html",
        "a sign-in page in place of an answer",
        answering(BAD_HTML, "text/html"),
        "unreachable",
        "not-found",
    ),
    misbehaves(
        "answers-nonsense",
        "an answer that is no JSON",
        answering("[{", "application/dicom+json"),
        "unreachable",
        "not-found",
    ),
    misbehaves("answers-nothing", "an empty list of studies", answering("[]", "application/dicom+json"), "not-found"),
    misbehaves(
        "redirects-to-sign-in",
        "a redirect to a sign-in page of the origin",
        redirecting(302, "/elsewhere/login"),
        "unreachable",
    ),
    misbehaves("resets", "a connection that breaks off", resetting(), "unreachable"),
    misbehaves("breaks-off", "an answer that breaks off", resetting(after=b"[{"), "unreachable"),
    misbehaves("fails", "an archive that fails", failing(500), "unreachable"),
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


def not_there(seen: Seen) -> str:
    """The dist has no such file."""
    return "" if seen.result == 404 else f"the file is there ({seen.result})"


def not_succeeded(seen: Seen) -> str:
    """The attacker's page gets neither a frame with the viewer nor a handle of its window."""
    return "it has one" if seen.result else ""


OTHER_PAGES = (
    page_of_the_dist("silent-refresh", "a page that loads a script of another host", "silent-refresh.html"),
    PageAttack(
        "service-worker",
        "a worker of the dist's that loads scripts of another host",
        lambda v: (v.open(), v.run("return (await fetch('/sw.js')).status"))[1],
        not_there,
        weak.STOCK,
        page="viewer",
    ),
    PageAttack(
        "google-sign-in",
        "a configuration that signs in with another host",
        lambda v: (v.open(), v.run("return (await fetch('/google.js')).status"))[1],
        not_there,
        weak.STOCK,
        page="viewer",
    ),
)


def _framed(visit: Visit) -> bool:
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
        "the attacker's page frames the viewer, and lays its own buttons over it",
        _framed,
        not_succeeded,
        weak.BARE,
        servers=("headers",),
    ),
    PageAttack(
        "opened",
        "the attacker's page opens the viewer and keeps a handle of its window",
        _opened,
        not_succeeded,
        weak.BARE,
        servers=("headers",),
    ),
)


ROWS = (*DOCUMENTS, *STUDIES, *MISBEHAVING, *OTHER_PAGES, *FRAMES)
