"""Claims about the requests of the page, its content security policy and its errors."""

from __future__ import annotations

from collections import Counter

from ohifbuild.contract.answers import meaning_of
from ohifbuild.contract.settings import Settings
from ohifbuild.verification.evidence import Observation, SentRequest, Verdict
from ohifbuild.verification.traffic import received_line, requests_of, scope_of, target, to_archive

HEADER_ONLY = frozenset({"frame-ancestors", "report-to", "report-uri", "sandbox"})
"""Directives that are only effective in a header (Content Security Policy Level 3, 3.3)."""


def none_refused(seen: Observation, settings: Settings) -> Verdict:
    """The archive refused nothing."""
    bad = [r for r in seen.received if r.decision != "granted" or (r.status >= 400 and not r.cut_off)]
    if bad:
        return Verdict(False, f"{len(bad)} of {len(seen.received)} refused.", tuple(map(received_line, bad)))
    return Verdict(True, f"{len(seen.received)} of {len(seen.received)} answered.")


def own_studies_only(seen: Observation, settings: Settings) -> Verdict:
    """No request is ambiguous, and every study that a request names is one of the link's."""
    own = scope_of(seen.expects, settings).studies
    bad = [
        each.line for each in requests_of(seen, settings) if each.meaning.kind == "other" or each.meaning.studies - own
    ]
    if bad:
        return Verdict(False, f"{len(bad)} requests name another study, or are ambiguous.", tuple(bad))
    return Verdict(True, "Every study in a request is one of the link's.")


def no_patient_query(seen: Observation, settings: Settings) -> Verdict:
    """No search by patient; with priors ``exact`` only for the link's own Patient ID; with ``ohif`` any."""
    scope = scope_of(seen.expects, settings)
    found = [each for each in requests_of(seen, settings) if each.meaning.patients]
    bad = [each.line for each in found if not (scope.any_patient or each.meaning.patients <= scope.patients)]
    if bad:
        return Verdict(False, f"{len(bad)} searches by patient.", tuple(bad))
    lines = tuple(each.line for each in found)
    allowed = f"{len(found)} searches by patient, as the recipe's priors = {settings.priors} allows."
    return Verdict(True, allowed if found else "None was sent and none was received.", lines)


def no_open_search(seen: Observation, settings: Settings) -> Verdict:
    """No search that names neither a study nor a patient."""
    found = tuple(each.line for each in requests_of(seen, settings) if each.meaning.kind == "open")
    if not found:
        return Verdict(True, "None was sent and none was received.")
    if scope_of(seen.expects, settings).open:
        return Verdict(True, f"{len(found)} open searches, as the recipe's study list allows.", found)
    return Verdict(False, f"{len(found)} searches of the whole archive.", found)


def nothing_elsewhere(seen: Observation, settings: Settings) -> Verdict:
    """The browser did not try to reach another origin."""
    if seen.elsewhere:
        return Verdict(False, f"{len(seen.elsewhere)} attempts to leave the site.", seen.elsewhere)
    return Verdict(True, "No attempt to leave the site.")


def no_doubled_request(seen: Observation, settings: Settings) -> Verdict:
    """No page requests an archive resource twice, ahead of OHIF or after it. Each range of a video is a resource.

    Except OHIF's own search for each study's patient, and where no image is expected, what got no answer that lasts.
    """
    every = seen.expects.outcome == "image"
    final = [r for r in to_archive(seen, settings) if every or not _may_pass(r.status)]
    counts = Counter(f"{r.method} {target(r.url)}{_range(r)}" for r in final)
    as_ohif_does = scope_of(seen.expects, settings).any_patient
    allowed = {each.line for each in requests_of(seen, settings) if as_ohif_does and each.meaning.kind == "patient"}
    doubled = tuple(f"{count} x {line}" for line, count in counts.items() if count > 1 and line not in allowed)
    if doubled:
        return Verdict(False, f"{len(doubled)} resources were requested more than once.", doubled)
    return Verdict(True, f"{counts.total()} requests for as many resources.")


def _range(request: SentRequest) -> str:
    return "".join(f" ({value})" for name, value in request.headers if name == "range")


def held_to_policy(seen: Observation, settings: Settings) -> Verdict:
    """The page contains the policy that the server sends with it, before its first script.

    So no other script runs, whatever server the dist is on. Directives that are only effective in a header are left
    out.
    """
    own, served = _directives(seen.state.policy), _directives(seen.state.served_policy)
    missing = {name: value for name, value in served.items() if name not in HEADER_ONLY and own.get(name) != value}
    lines = tuple(f"not in the page: {name} {value}" for name, value in missing.items())
    if not own:
        return Verdict(False, "The page contains no policy, or a script comes before it.")
    if missing:
        return Verdict(False, f"The page lacks {len(missing)} directives of the policy in its header.", lines)
    return Verdict(True, f"The page contains {len(own)} directives.")


def no_page_error(seen: Observation, settings: Settings) -> Verdict:
    """No uncaught error, no unhandled rejection, no policy violation."""
    violations = [line for line in seen.console if "Content Security Policy" in line]
    errors = (*seen.errors, *violations)
    if errors:
        return Verdict(False, f"{len(errors)} uncaught errors.", errors)
    return Verdict(True, "None.")


def _may_pass(status: int | None) -> bool:
    """Whether the page sends a request again after such an answer."""
    answer = meaning_of(status or 0)
    return answer is not None and answer.retry


def _directives(policy: str) -> dict[str, str]:
    """The value by directive of a content security policy."""
    pairs = (directive.strip().partition(" ") for directive in policy.split(";"))
    return {name.lower(): value.strip() for name, _, value in pairs if name}
