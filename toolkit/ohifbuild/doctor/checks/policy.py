"""Whether the content security policy lets the viewer be what it is."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.gathered import Evidence, ViewerSeen

NAME = "Content-Security-Policy"
TAKE = "Take the headers that ohifbuild deploy writes for this very dist."
FALLBACKS = {
    "worker-src": ("worker-src", "child-src", "script-src", "default-src"),
    "script-src": ("script-src", "default-src"),
    "style-src": ("style-src", "default-src"),
    "img-src": ("img-src", "default-src"),
    "connect-src": ("connect-src", "default-src"),
}
Policy = Mapping[str, tuple[str, ...]]


def policy(evidence: Evidence) -> Finding:
    """Whether the page's policies allow its own scripts, workers, codecs, images and archive."""
    about = Check("policy", "CSP")
    viewer = evidence.viewer
    if viewer is None:
        return about.untried()
    sent = [read_policy(text) for line in viewer.page_answer.all(NAME) for text in line.split(",")]
    written = [read_policy(text) for text in viewer.page.policies]
    if not sent and not written:
        return _none(about, viewer)
    for found in (*sent, *written):
        blocked = _blocked(found, evidence.address.origin, viewer)
        if blocked:
            return about.wrong(f"It forbids {blocked[0]}.", blocked[1], blocked[2])
    if not sent:
        return about.note(
            "It stands in the page alone: the server sends none.",
            "It holds all the same, but another site can show the viewer in a frame.",
            f"{TAKE} It has frame-ancestors, which a page cannot say of itself.",
        )
    if not written and viewer.page.kind == "ohifbuild":
        return about.note(
            "It is sent by the server, and does not stand in the page.",
            "On a server without such headers the page has none.",
            "Build the dist again: ohifbuild build",
        )
    return about.right("It allows what the viewer needs.")


def _none(about: Check, viewer: ViewerSeen) -> Finding:
    found = "The page has no Content-Security-Policy."
    effect = "A script that gets into the page could send images and tokens anywhere."
    if viewer.page.kind == "ohif":
        return about.note(found, effect, TAKE)
    return about.wrong(
        found, effect, f"Build the dist again, which puts one into the page: ohifbuild build\n{TAKE}", stops=False
    )


def read_policy(text: str) -> Policy:
    """Directives and their sources (CSP3 2.2.1): of a directive that is there twice the first counts."""
    rules: dict[str, tuple[str, ...]] = {}
    for rule in text.split(";"):
        words = rule.split()
        if words:
            rules.setdefault(words[0].lower(), tuple(words[1:]))
    return rules


def sources(rules: Policy, directive: str) -> tuple[str, ...] | None:
    """What a directive allows, or those it falls back to; None where nothing is said."""
    return next((rules[name] for name in FALLBACKS[directive] if name in rules), None)


def _blocked(rules: Policy, own: str, viewer: ViewerSeen) -> tuple[str, str, str] | None:
    """What a policy forbids that the viewer needs, what comes of it, and what to change; the gravest only."""
    scripts = sources(rules, "script-src")
    page = viewer.page
    if scripts is not None:
        if not _allows_origin(scripts, own, own):
            return "the viewer's own scripts", "A blank page.", "Add 'self' to its script-src."
        if not _allows_inline(scripts, page.inline_hashes):
            change = (
                "The policy is of another build: write it anew with ohifbuild deploy, or add to script-src: "
                + " ".join(f"'{digest}'" for digest in page.inline_hashes)
            )
            return (
                "a script in the page itself",
                "The token is not taken from the link.",
                change,
            )
        if "'unsafe-eval'" not in scripts:
            effect = "Segmentations do not load" + (
                "." if "'wasm-unsafe-eval'" in scripts else ", nor compressed images: WebAssembly is not compiled."
            )
            return "to build code (eval)", effect, "Add 'wasm-unsafe-eval' 'unsafe-eval' to its script-src."
    needs = (
        ("worker-src", "blob:", "workers from blobs", "Images are not decoded."),
        ("style-src", "'unsafe-inline'", "inline styles", "The page is without its layout."),
        ("img-src", "blob:", "images from blobs", "Thumbnails stay empty."),
    )
    for directive, word, what, effect in needs:
        allowed = sources(rules, directive)
        if allowed is not None and word not in allowed:
            return what, effect, f"Add {word} to its {directive}."
    connect = sources(rules, "connect-src")
    target = _origin(viewer.root) if viewer.root else own
    if connect is not None and not _allows_origin(connect, target, own):
        return f"connections to the archive at {target}", "No study appears.", f"Add {target} to its connect-src."
    return None


def _allows_inline(allowed: tuple[str, ...], hashes: tuple[str, ...]) -> bool:
    strict = any(word.startswith(("'sha256-", "'sha384-", "'sha512-", "'nonce-")) for word in allowed)
    if "'unsafe-inline'" in allowed and not strict:
        return True
    return all(f"'{digest}'" in allowed for digest in hashes)


def _allows_origin(allowed: tuple[str, ...], origin: str, own: str) -> bool:
    parts = urlsplit(origin)
    known = {"*", f"{parts.scheme}:", origin, parts.netloc, f"*.{parts.netloc.partition('.')[2]}"}
    words = {word.rstrip("/").lower() for word in allowed}
    return bool(words & known) or (origin == own and "'self'" in words)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
