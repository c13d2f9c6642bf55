"""Attacks on requests under the roots: redirects, methods, the token's header, and tricks against the guards."""

from __future__ import annotations

from attacks import weakenings as weak
from attacks.hostile_archive import answering, redirecting
from attacks.model import PageAttack
from attacks.requirements import (
    all_of,
    archive_gets_no_token,
    archive_gets_only_the_study,
    attacker_gets_no_token,
    only_reads,
    result_is,
    token_once,
    token_only_in_its_header,
)
from attacks.rows.page_attacks import FETCH, IMAGE, OBJECT, XHR, script


def sends(name: str, why: str, method: str) -> PageAttack:
    """Sends a body to the link's study with this method."""
    js = f"await fetch(`${{root}}/studies/${{own}}`, {{ method: '{method}', body: 'x' }}).catch(() => {{}})"
    return script(name, why, js, only_reads, weak.ANY_METHOD)


REDIRECT_STATUSES = (301, 302, 303, 307, 308)
REDIRECTED = (
    *(
        script(
            f"redirect-{status}-{way}-{where}",
            f"the archive answers {status}, and {way} follows",
            f"const url = `${{root}}/studies/${{own}}/series`; {request_js}",
            all_of(token_only_in_its_header, attacker_gets_no_token),
            weak.REDIRECTS,
            archive=redirecting(status, target, part="/series"),
        )
        for status in REDIRECT_STATUSES
        for way, request_js in (("fetch", FETCH), ("xhr", XHR))
        for where, target in (("same-origin", "/elsewhere/series"),)
    ),
    script(
        "redirect-image",
        "the archive redirects an image to another path of the origin",
        f"const url = `${{root}}/studies/${{own}}/rendered`; {IMAGE}",
        token_only_in_its_header,
        weak.REDIRECTS,
        archive=redirecting(302, "/elsewhere/picture", part="rendered"),
    ),
    script(
        "redirect-frame",
        "the archive redirects a document to another path of the origin",
        f"const url = `${{root}}/studies/${{own}}/rendered`; {OBJECT}",
        token_only_in_its_header,
        weak.REDIRECTS,
        archive=redirecting(307, "/elsewhere/document", part="rendered"),
    ),
    script(
        "redirect-to-other-study",
        "the archive redirects a request for the link's study to another study",
        "const url = `${root}/studies/${own}/series`; await fetch(url).catch(() => {})",
        archive_gets_only_the_study,
        weak.REDIRECTS,
        archive=redirecting(302, "/dicom-web/studies", part="/series"),
    ),
    script(
        "redirect-follow-asked-for",
        "code in the page asks fetch to follow redirects",
        "await fetch(`${root}/studies/${own}/series`, { redirect: 'follow' }).catch(() => {})",
        token_only_in_its_header,
        weak.REDIRECTS,
        archive=redirecting(302, "/elsewhere/series", part="/series"),
    ),
)

METHODS = (
    sends("post", "an archive that stores what it gets", "POST"),
    sends("put", "an archive that replaces what it has with what it gets", "PUT"),
    sends("delete", "an archive that deletes", "DELETE"),
    sends("patch", "an archive that changes", "PATCH"),
    script(
        "delete-xhr",
        "the same by XMLHttpRequest",
        "await new Promise(done => { const x = new XMLHttpRequest(); x.open('DELETE', `${root}/studies/${own}`); x.onloadend = done; x.send(); })",
        only_reads,
        weak.ANY_METHOD,
    ),
    script(
        "method-of-a-request",
        "the method is in a Request, not in the options",
        "await fetch(new Request(`${root}/studies/${own}`, { method: 'DELETE' })).catch(() => {})",
        only_reads,
        weak.ANY_METHOD,
    ),
    script(
        "method-changes",
        "an option that is GET when first read and DELETE when read again",
        "let n = 0; await fetch(`${root}/studies/${own}`, { get method() { return n++ ? 'DELETE' : 'GET'; } }).catch(() => {});"
        "let m = 1; await fetch(`${root}/studies/${own}`, { get method() { return m++ ? 'DELETE' : 'GET'; } }).catch(() => {})",
        only_reads,
        weak.ANY_METHOD,
    ),
)

HEADER = (
    script(
        "header-doubled",
        "an archive that uses the first of two tokens",
        "await fetch(`${root}/studies/${own}/series`, { headers: [['token', 'mine'], ['Token', 'too']] }).catch(() => {})",
        token_once,
        weak.HEADER_BESIDES,
    ),
    script(
        "header-doubled-xhr",
        "the same by XMLHttpRequest",
        "await new Promise(done => { const x = new XMLHttpRequest(); x.open('GET', `${root}/studies/${own}/series`);"
        " x.setRequestHeader('TOKEN', 'mine'); x.setRequestHeader('Authorization', `Bearer ${token}`); x.onloadend = done; x.send(); })",
        all_of(token_once, token_only_in_its_header),
        weak.ANY_HEADER,
    ),
    script(
        "header-elsewhere",
        "code that sets the header on every request, as OHIF does",
        "await fetch('/elsewhere', { headers: { token } }).catch(() => {});",
        token_only_in_its_header,
        weak.ANY_HEADER,
    ),
    script(
        "header-elsewhere-xhr",
        "the same by XMLHttpRequest",
        "await new Promise(done => { const x = new XMLHttpRequest(); x.open('GET', '/elsewhere'); x.setRequestHeader('token', token); x.onloadend = done; x.send(); })",
        token_only_in_its_header,
        weak.ANY_HEADER,
    ),
    script(
        "bearer-elsewhere",
        "the token in the header that OHIF uses",
        "await fetch('/elsewhere', { headers: { Authorization: `Bearer ${token}` } }).catch(() => {});",
        token_only_in_its_header,
        weak.ANY_HEADER,
    ),
    script(
        "header-of-a-request-elsewhere",
        "the header is in a Request",
        "await fetch(new Request('/elsewhere', { headers: { token } })).catch(() => {});",
        token_only_in_its_header,
        weak.ANY_HEADER,
    ),
    script(
        "no-token-without-guard",
        "a request under the root without a guard has no token: the archive refuses even the link's study",
        f"const url = `${{root}}/studies/${{own}}/series`; {XHR}",
        token_once,
        weak.NATIVE_XHR,
    ),
    script(
        "no-token-fetch",
        "the same by fetch",
        f"const url = `${{root}}/studies/${{own}}/series`; {FETCH}",
        token_once,
        weak.NATIVE_FETCH,
    ),
    script(
        "no-token-media",
        "the same for an image",
        f"const url = `${{root}}/studies/${{own}}/rendered`; {IMAGE}",
        token_once,
        weak.NATIVE_MEDIA,
    ),
)

TRICKS = (
    script(
        "url-changes",
        "an object that gives the link's study when it is checked, and another URL when it is sent",
        "let n = 0; const shifting = { toString: () => n++ ? '/elsewhere' : `${root}/studies/${own}/series` };"
        "await fetch(shifting).catch(() => {}); await fetch(shifting).catch(() => {})",
        all_of(token_only_in_its_header, archive_gets_only_the_study),
        weak.READ_TWICE,
    ),
    script(
        "url-property",
        "an object whose url property is not the URL that is requested",
        "await fetch({ url: `${root}/studies/${own}/series`, toString: () => '/elsewhere' }).catch(() => {})",
        token_only_in_its_header,
        weak.URL_PROPERTY,
    ),
    script(
        "xhr-opened-anew",
        "a request that is opened for the study, and then for another path",
        "await new Promise(done => { const x = new XMLHttpRequest(); x.open('GET', `${root}/studies/${own}/series`);"
        " x.open('GET', '/elsewhere'); x.onloadend = done; x.send(); })",
        token_only_in_its_header,
        weak.STALE_XHR,
    ),
    script(
        "xhr-opened-for-another-study",
        "a request that is opened for the study, and then for another study",
        "await new Promise(done => { const x = new XMLHttpRequest(); x.open('GET', `${root}/studies/${own}/series`);"
        " x.open('GET', `${root}/studies/${other}/series`); x.onloadend = done; x.send(); })",
        archive_gets_only_the_study,
        weak.NO_LAST_EXIT,
    ),
    script(
        "xhr-as-someone",
        "a request with a user name and a password",
        "await new Promise(done => { const x = new XMLHttpRequest(); x.open('GET', `${root}/studies/${other}/series`, true, 'u', 'p'); x.onloadend = done; x.send(); })",
        archive_gets_no_token,
        weak.AS_SOMEONE,
    ),
    script(
        "request-that-lies",
        "a Request whose url property differs from the URL that is requested",
        "const r = new Request('/elsewhere'); Object.defineProperty(r, 'url', { value: `${origin}${root}/studies/${own}/series` });"
        "await fetch(r).catch(() => {})",
        token_only_in_its_header,
        weak.VERDICT_BY_FIRST_URL,
    ),
    script(
        "polluted-prototype",
        "metadata of a study that sets properties of every object",
        "Object.prototype.url = `${location.origin}${root}/studies/${own}/series`; Object.prototype.permitted = true;"
        "await fetch('/elsewhere').catch(() => {}); await fetch(`${root}/studies/${other}/series`).catch(() => {})",
        all_of(token_only_in_its_header, archive_gets_only_the_study),
        weak.NO_LAST_EXIT,
    ),
    script(
        "xml-document",
        "an answer of the archive that becomes a document in the page",
        "return await new Promise(done => { const x = new XMLHttpRequest(); x.responseType = 'document';"
        " x.open('GET', `${root}/studies/${own}/series`); x.onloadend = () => done(x.response === null); x.send(); })",
        result_is(True),
        weak.NATIVE_XHR,
        archive=answering("<a/>", "text/xml", part="/series"),
    ),
)

ROWS = (*REDIRECTED, *METHODS, *HEADER, *TRICKS)
