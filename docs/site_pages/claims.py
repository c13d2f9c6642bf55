"""The claims that ``ohifbuild verify`` checks, from their definitions and the docstrings of their checks."""

from __future__ import annotations

import inspect

from ohifbuild.verification.claims import CLAIMS, Claim
from site_pages.markdown import code, plain, table

SCENARIOS = {
    frozenset({"image"}): "that show images",
    frozenset({"message"}): "that show a message",
    frozenset({"mode"}): "that open a mode of a package",
    frozenset({"image", "confined", "mode"}): "that show images, or other modes",
    frozenset({"image", "message", "confined", "mode"}): "all",
}


def section() -> str:
    """A table of all claims."""
    rows = ((code(claim.key), claim.title, _check(claim), _scenarios(claim)) for claim in CLAIMS)
    return table(("claim", "statement", "how it is checked", "scenarios"), rows)


def _scenarios(claim: Claim) -> str:
    return "that look at packages" if claim.of_packages else SCENARIOS[claim.outcomes]


def _check(claim: Claim) -> str:
    return plain((inspect.getdoc(claim.check) or "").split("\n\n")[0])
