"""The claims: pure functions from an observation to a verdict with its evidence.

What can be observed at both ends (sent by the browser, received by the archive) is checked at both ends.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from ohifbuild.contract.settings import Settings
from ohifbuild.verification.claims.confinement import (
    held_to_policy,
    no_doubled_request,
    no_open_search,
    no_page_error,
    no_patient_query,
    none_refused,
    nothing_elsewhere,
    own_studies_only,
)
from ohifbuild.verification.claims.on_screen import message_shown, no_pixels, preview, right_image, thumbnails
from ohifbuild.verification.claims.packages import mode_opens, naming_packages, no_error_boundary, packages_loaded
from ohifbuild.verification.claims.token_way import (
    both_ends_agree,
    header_received,
    header_sent,
    token_goes_nowhere_else,
    token_leaves_address,
    token_not_shown,
    token_not_stored,
)
from ohifbuild.verification.evidence import ClaimResult, Observation, Verdict

__all__ = ["CLAIMS", "Claim", "judge"]

Check = Callable[[Observation, Settings], Verdict]


@dataclass(frozen=True)
class Claim:
    """A statement that verify checks in every scenario with one of these expected outcomes.

    Args:
        key: its name in the reports.
        title: the statement.
        outcomes: the outcomes of the scenarios in which it is checked.
        check: the function that checks it.
        of_packages: whether it is about the recipe's packages, and checked only where somebody looked at them.
    """

    key: str
    title: str
    outcomes: frozenset[str]
    check: Check
    of_packages: bool = False

    def applies(self, seen: Observation) -> bool:
        """Whether the claim is checked in a scenario."""
        return seen.expects.outcome in self.outcomes and (seen.loaded is not None or not self.of_packages)


EVERYWHERE = frozenset({"image", "message", "confined", "mode"})
GOOD = frozenset({"image", "confined", "mode"})
IMAGE = frozenset({"image"})
MESSAGE = frozenset({"message"})
MODE = frozenset({"mode"})

CLAIMS: tuple[Claim, ...] = (
    Claim("right-image", "The link's own image is on the screen", IMAGE, right_image),
    Claim("thumbnails", "Each series shows its own thumbnail", IMAGE, thumbnails),
    Claim("preview", "A preview is of OHIF's first image, and gone when that is there", EVERYWHERE, preview),
    Claim("message", "The page reports the right error", MESSAGE, message_shown),
    Claim("no-pixels", "The page shows nothing of the archive", MESSAGE, no_pixels),
    Claim("header-sent", "The browser sends the token once with each archive request", EVERYWHERE, header_sent),
    Claim("header-received", "The archive receives the token once with each request", EVERYWHERE, header_received),
    Claim("both-ends", "The archive receives exactly the requests of the browser", EVERYWHERE, both_ends_agree),
    Claim("none-refused", "The archive refuses no request", GOOD, none_refused),
    Claim("own-studies", "The page requests only the link's studies", EVERYWHERE, own_studies_only),
    Claim("no-patient-query", "No search by patient", EVERYWHERE, no_patient_query),
    Claim("no-open-search", "No search of the whole archive", EVERYWHERE, no_open_search),
    Claim("no-doubles", "The page requests nothing twice", EVERYWHERE, no_doubled_request),
    Claim(
        "token-one-way", "The token is in no URL, Referer or static file's request", EVERYWHERE, token_goes_nowhere_else
    ),
    Claim("token-address", "The token is removed from address bar and history", EVERYWHERE, token_leaves_address),
    Claim("token-storage", "The token is stored only in the tab's own entry", EVERYWHERE, token_not_stored),
    Claim("token-unseen", "The token is in no document, console, error or timing", EVERYWHERE, token_not_shown),
    Claim("nothing-elsewhere", "Nothing reaches another origin", EVERYWHERE, nothing_elsewhere),
    Claim("page-policy", "The policy in the page forbids other scripts", EVERYWHERE, held_to_policy),
    Claim("no-page-error", "No uncaught error in the page", EVERYWHERE, no_page_error),
    Claim("packages-alive", "Every extension and mode of the packages is there", IMAGE, packages_loaded, True),
    Claim("no-broken-part", "No part of the page was replaced by an error", GOOD, no_error_boundary, True),
    Claim("mode-opens", "The mode of a package opens", MODE, mode_opens, True),
)

ABOUT_REQUESTS = frozenset(
    {
        "header-sent", "header-received", "both-ends", "none-refused", "own-studies", "no-patient-query",
        "no-open-search", "no-doubles", "token-one-way", "nothing-elsewhere",
    }
)  # fmt: skip


def judge(
    observations: Iterable[Observation], settings: Settings, *, without: Collection[str] = ()
) -> tuple[ClaimResult, ...]:
    """The result of every claim in every scenario in which it is checked.

    Args:
        without: the keys of claims that cannot be checked in the browser that was used.
    """
    return tuple(
        _result(claim, observation, settings)
        for observation in observations
        for claim in CLAIMS
        if claim.applies(observation) and claim.key not in without
    )


def _result(claim: Claim, observation: Observation, settings: Settings) -> ClaimResult:
    verdict = claim.check(observation, settings)
    if claim.key in ABOUT_REQUESTS:
        verdict = naming_packages(verdict, observation)
    return ClaimResult(
        claim=claim.key,
        title=claim.title,
        scenario=observation.scenario,
        holds=verdict.holds,
        detail=verdict.detail,
        evidence=verdict.evidence,
    )
