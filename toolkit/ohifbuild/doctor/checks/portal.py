"""Checks whether a portal at another origin may show the viewer in a frame."""

from __future__ import annotations

from urllib.parse import urlsplit

from ohifbuild.doctor.checks.policy import NAME, allows_origin, read_policy
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.observations import Evidence
from ohifbuild.server.web_server import is_loopback

FRAMES, OPTIONS = "frame-ancestors", "X-Frame-Options"
BLANK = "The portal shows an empty frame, or 'refused to connect'."


def portal(evidence: Evidence) -> Finding:
    """Whether the page may be in a frame of the portal that ``--embedded-in`` names (CSP3 6.4.2, HTML 7.7)."""
    check = Check("portal", "Frame of a portal")
    viewer, origin = evidence.viewer, evidence.portal
    if viewer is None:
        return check.not_checked()
    if not origin:
        return check.right("No portal was named (--embedded-in).")
    parts = urlsplit(origin)
    if parts.scheme != "https" and evidence.address.scheme == "https" and not is_loopback(parts.hostname or ""):
        return check.wrong(
            f"The portal {origin} uses http.",
            "Anyone on the network can change the portal's page, and the link in it.",
            "Serve the portal over https.",
        )
    sent = [read_policy(text) for line in viewer.page_answer.all(NAME) for text in line.split(",")]
    rules = [rule[FRAMES] for rule in sent if FRAMES in rule]
    forbidden = [rule for rule in rules if not allows_origin(rule, origin, evidence.address.origin)]
    if forbidden:
        return check.wrong(
            f"The policy forbids frames of {origin}: {FRAMES} {' '.join(forbidden[0])[:80]}.",
            BLANK,
            "The dist names this portal (embed_in), so the server's headers are of an earlier dist: deploy it again."
            if origin in viewer.page.settings.embed_in
            else f'Name the portal in the recipe, build, and deploy the dist again: embed_in = ["{origin}"]',
        )
    # A browser that knows frame-ancestors ignores the older header.
    if not rules and viewer.page_answer.get(OPTIONS):
        return check.wrong(
            f"The server sends {OPTIONS}: {viewer.page_answer.get(OPTIONS)[:40]}.",
            BLANK,
            f"Remove {OPTIONS}: nginx: proxy_hide_header {OPTIONS};\nand send the policy that ohifbuild deploy writes.",
        )
    return check.right(f"Pages of {origin} may show the viewer in a frame.")
