"""Checks whether the content security policy allows what the viewer needs."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.observations import Evidence, ViewerEvidence

NAME = "Content-Security-Policy"
USE_DEPLOY = "Use the headers that ohifbuild deploy writes for this dist."
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
    check = Check("policy", "CSP")
    viewer = evidence.viewer
    if viewer is None:
        return check.not_checked()
    sent = [read_policy(text) for line in viewer.page_answer.all(NAME) for text in line.split(",")]
    written = [read_policy(text) for text in viewer.page.policies]
    if not sent and not written:
        return _none(check, viewer)
    for found in (*sent, *written):
        blocked = _blocked(found, evidence.address.origin, viewer)
        if blocked:
            return check.wrong(f"It forbids {blocked[0]}.", blocked[1], blocked[2])
    if not sent:
        return check.note(
            "The policy is only in the page; the server sends none.",
            "It is effective, but other sites can show the viewer in a frame.",
            f"{USE_DEPLOY} They contain frame-ancestors, which a policy in a page cannot set.",
        )
    if not written and viewer.page.kind == "ohifbuild":
        return check.note(
            "The server sends the policy, but it is not in the page.",
            "On a server without this header the page has no policy.",
            "Build the dist again: ohifbuild build",
        )
    return check.right("It allows what the viewer needs.")


def _none(check: Check, viewer: ViewerEvidence) -> Finding:
    found = "The page has no Content-Security-Policy."
    effect = "A script that gets into the page could send images and tokens anywhere."
    if viewer.page.kind == "ohif":
        return check.note(found, effect, USE_DEPLOY)
    change = f"Build the dist again, which adds a policy to the page: ohifbuild build\n{USE_DEPLOY}"
    return check.wrong(found, effect, change, stops=False)


def read_policy(text: str) -> Policy:
    """The directives of a policy and their sources (CSP3 2.2.1): if a directive is repeated, the first one counts."""
    rules: dict[str, tuple[str, ...]] = {}
    for rule in text.split(";"):
        words = rule.split()
        if words:
            rules.setdefault(words[0].lower(), tuple(words[1:]))
    return rules


def sources(rules: Policy, directive: str) -> tuple[str, ...] | None:
    """The sources of a directive, or of the one that it falls back to; None if the policy has neither."""
    return next((rules[name] for name in FALLBACKS[directive] if name in rules), None)


def _blocked(rules: Policy, own: str, viewer: ViewerEvidence) -> tuple[str, str, str] | None:
    """What the viewer needs and a policy forbids, its effect, and what to change; only the most serious one."""
    scripts = sources(rules, "script-src")
    page = viewer.page
    if scripts is not None:
        if not allows_origin(scripts, own, own):
            return "the viewer's own scripts", "The page is blank.", "Add 'self' to its script-src."
        if not _allows_inline(scripts, page.inline_hashes):
            hashes = " ".join(f"'{digest}'" for digest in page.inline_hashes)
            change = f"The policy is of another build: run ohifbuild deploy again, or add to script-src: {hashes}"
            return "a script in the page itself", "The viewer does not read the token in the link.", change
        if "'unsafe-eval'" not in scripts:
            effect = "Segmentations do not load" + (
                "." if "'wasm-unsafe-eval'" in scripts else ", nor compressed images: WebAssembly is not compiled."
            )
            return "code from text (eval)", effect, "Add 'wasm-unsafe-eval' 'unsafe-eval' to its script-src."
    needs = (
        ("worker-src", "blob:", "workers from blobs", "Images are not decoded."),
        ("style-src", "'unsafe-inline'", "inline styles", "The page has no layout."),
        ("img-src", "blob:", "images from blobs", "Thumbnails stay empty."),
    )
    for directive, word, what, effect in needs:
        allowed = sources(rules, directive)
        if allowed is not None and word not in allowed:
            return what, effect, f"Add {word} to its {directive}."
    connect = sources(rules, "connect-src")
    target = _origin(viewer.root) if viewer.root else own
    if connect is not None and not allows_origin(connect, target, own):
        return f"connections to the archive at {target}", "No study appears.", f"Add {target} to its connect-src."
    return None


def _allows_inline(allowed: tuple[str, ...], hashes: tuple[str, ...]) -> bool:
    strict = any(word.startswith(("'sha256-", "'sha384-", "'sha512-", "'nonce-")) for word in allowed)
    if "'unsafe-inline'" in allowed and not strict:
        return True
    return all(f"'{digest}'" in allowed for digest in hashes)


def allows_origin(allowed: tuple[str, ...], origin: str, own: str) -> bool:
    parts = urlsplit(origin)
    known = {"*", f"{parts.scheme}:", origin, parts.netloc, f"*.{parts.netloc.partition('.')[2]}"}
    words = {word.rstrip("/").lower() for word in allowed}
    return bool(words & known) or (origin == own and "'self'" in words)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
