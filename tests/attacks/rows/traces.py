"""Attacks that search for the token after a link was opened: in the page, its storage, its errors and its requests."""

from __future__ import annotations

from typing import Any

from attacks import weakenings as weak
from attacks.model import PageAttack, Requirement, Weakening
from attacks.requirements import (
    all_of,
    archive_gets_nothing,
    attacker_gets_nothing,
    result_has_no_token,
    result_is,
    says,
    token_in_no,
    token_only_in_its_header,
)
from attacks.rows.page_attacks import link, script
from attacks.visit import Visit


def finds(name: str, why: str, js: str, weakening: Weakening = weak.NO_HANDOVER) -> PageAttack:
    """Code in the page searches one place for the token, which was in the query."""
    return script(name, why, js, result_has_no_token, weakening)


def looks(name: str, why: str, js: str, weakening: Weakening = weak.NO_HANDOVER) -> tuple[PageAttack, PageAttack]:
    """Searches one place twice: with the token in the query, and with the token in the fragment."""
    return (
        finds(name, why, js, weakening),
        script(
            f"{name}-fragment",
            f"{why}, with the token in the fragment",
            js,
            result_has_no_token,
            weakening,
            link=lambda v: v.link(f"#token={v.token}", token=""),
        ),
    )


# An object that records the stack when our guards read it.
SPY = "let stack = ''; const spy = { toString() { stack = new Error('spy').stack; return location.href; } };"

PLACES = (
    finds("stack-of-fetch", "the stack inside the guard of fetch", f"{SPY} await fetch(spy).catch(() => {{}}); return stack", weak.UNNAMED),
    finds("stack-of-xhr", "the stack inside the guard of XMLHttpRequest", f"{SPY} new XMLHttpRequest().open('GET', spy); return stack", weak.UNNAMED),
    finds("stack-of-history", "the stack inside the guard of history", f"{SPY} history.pushState({{}}, '', spy); return stack", weak.UNNAMED),
    finds("stack-of-pictures", "the stack inside the guard of media elements", f"{SPY} new Image().src = spy; document.createElement('img').setAttribute('src', spy); return stack", weak.UNNAMED),
    *looks("navigation-timing", "the page's navigation timing has its address", "return performance.getEntriesByType('navigation').map(e => e.name)"),
    *looks("all-timings", "every timing has an address", "await fetch('/app-config.js').catch(() => {}); return performance.getEntries().map(e => JSON.stringify(e))"),
    *looks("activation", "the page's navigation activation has the previous address", "const a = navigation.activation; return [a?.entry?.url, a?.from?.url]", weak.ARRIVAL_STAYS),
    *looks("entries", "the tab's history entries", "return [...navigation.entries().map(e => e.url), JSON.stringify(history.state)]", weak.STAYS),
    *looks("addresses", "the document's addresses", "return [location.href, document.URL, document.baseURI, document.referrer, document.documentURI]", weak.STAYS),
    finds("violation", "the browser's event for a violation of the policy", "const seen = new Promise(done => { document.addEventListener('securitypolicyviolation', e => done([e.documentURI, e.sourceFile, e.referrer, e.originalPolicy]), { once: true }); setTimeout(done, 1500, []); }); await fetch(evil).catch(() => {}); return await seen", weak.STAYS),
    finds("reports", "the browser's reports about the page", "const seen = new Promise(done => { new ReportingObserver(rs => done(rs.map(r => JSON.stringify(r.toJSON()) + r.url)), { buffered: true, types: ['csp-violation', 'deprecation', 'intervention'] }).observe(); setTimeout(done, 1500, []); }); await fetch(evil).catch(() => {}); return await seen", weak.STAYS),
)  # fmt: skip

STORAGE = (
    script("storage", "another page of the origin reads the storage that all tabs share", "return JSON.stringify({ ...localStorage })", all_of(result_has_no_token, token_in_no("local", "cookies", "databases", "caches", "window_name")), weak.EVERYWHERE),
    script("memory-only", "a recipe that keeps the token in memory only", "return JSON.stringify({ ...sessionStorage })", result_has_no_token, weak.KEPT_ALL_THE_SAME, recipe={"token_storage": "memory"}),
    script("handed-over", "the handover from one page load to the next stays in storage", "return Object.keys(sessionStorage).filter(key => key.endsWith('handover'))", result_is([]), weak.HANDOVER_STAYS),
    script("headers-for-another-study", "an extension asks for the header of another study's requests", "return window[Symbol.for('ohifbuild')].headers(`${root}/studies/${other}`)", result_has_no_token, weak.NO_LAST_EXIT),
    script("headers-for-another-server", "an extension asks for the header of another server's requests", "return window[Symbol.for('ohifbuild')].headers(`${evil}${root}/studies/${own}`)", result_has_no_token, weak.ANY_ORIGIN),
)  # fmt: skip

SAID = (
    script(
        "uncaught-error",
        "an error in our guards is written to the console, with their names",
        "Object.defineProperty(document, 'baseURI', { get() { throw new Error('spoilt'); } });"
        "setTimeout(() => fetch('/x'), 0); setTimeout(() => new XMLHttpRequest().open('GET', '/x'), 0);"
        "setTimeout(() => { const e = new Image(); e.src = { toString() { throw new Error('spoilt'); } }; }, 0);"
        "await new Promise(done => setTimeout(done, 150)); return true",
        token_in_no("console", "errors"),
        weak.UNNAMED,
    ),
    script(
        "referrer-of-a-file",
        "the Referer of the files that the page loads",
        "await fetch('/app-config.js').catch(() => {}); await fetch('/elsewhere', { referrerPolicy: '' }).catch(() => {})",
        token_only_in_its_header,
        weak.REFERRERS,
    ),
    link(
        "referrer-of-every-file",
        "the Referer of every file that OHIF loads",
        lambda v: v.link(),
        token_only_in_its_header,
        weak.STOCK,
        page="viewer",
    ),
)


def in_a_limited_browser(
    name: str, why: str, before: str, requirement: Requirement, weakening: Weakening, js: str = ""
) -> PageAttack:
    """Opens the link in a browser that lacks something; ``before`` is a script that runs before the page's scripts."""

    def act(visit: Visit) -> Any:
        visit.context.add_init_script(before)
        visit.open()
        return visit.run(js)

    return PageAttack(name, why, act, requirement, weakening)


NO_STORAGE = "for (const name of ['sessionStorage', 'localStorage']) Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError'); } });"
NO_REPLACE = "History.prototype.replaceState = () => { throw new DOMException('too often', 'SecurityError'); };"
FETCHES = "await fetch(`${root}/studies/${own}/series`).catch(() => {}); await fetch(evil, { mode: 'no-cors' }).catch(() => {})"
CLOSED = all_of(says("broken"), archive_gets_nothing, attacker_gets_nothing)

LIMITED_BROWSERS = (
    in_a_limited_browser("no-storage", "a browser without storage", NO_STORAGE, token_in_no("url", "history"), weak.STAYS),
    in_a_limited_browser("full-storage", "a browser whose storage is full", "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };", token_in_no("url", "history"), weak.STAYS),
    in_a_limited_browser("no-replace-state", "a browser that refuses to change the address", NO_REPLACE, token_in_no("url", "history"), weak.NO_HANDOVER),
    in_a_limited_browser("no-registry", "an old browser, in which the guards cannot be installed", "delete window.FinalizationRegistry;", CLOSED, weak.DIES, FETCHES),
    in_a_limited_browser("no-fetch", "a browser without fetch and XMLHttpRequest", "delete window.fetch; delete window.XMLHttpRequest;", says("broken"), weak.DIES),
    in_a_limited_browser("frozen-prototypes", "a page whose prototypes cannot be changed", "Object.freeze(XMLHttpRequest.prototype); Object.freeze(Element.prototype);", CLOSED, weak.DIES, FETCHES),
)  # fmt: skip

ROWS = (*PLACES, *STORAGE, *SAID, *LIMITED_BROWSERS)
