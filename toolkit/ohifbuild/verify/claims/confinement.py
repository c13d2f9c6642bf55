"""Claims about what the page asks for, and about who else has a say in it."""

from __future__ import annotations

from collections import Counter

from ohifbuild.contract.settings import Settings
from ohifbuild.verify.evidence import Observation, Verdict
from ohifbuild.verify.traffic import asked, received_line, scope_of, target, to_archive

HEADER_ONLY = frozenset({"frame-ancestors", "report-to", "report-uri", "sandbox"})
"""Directives that browsers take from a header only (Content Security Policy Level 3, 3.3)."""


def none_refused(seen: Observation, settings: Settings) -> Verdict:
    """The archive refused nothing."""
    bad = [r for r in seen.received if r.decision != "granted" or r.status >= 400]
    if bad:
        return Verdict(False, f"{len(bad)} of {len(seen.received)} refused.", tuple(map(received_line, bad)))
    return Verdict(True, f"{len(seen.received)} of {len(seen.received)} answered.")


def own_studies_only(seen: Observation, settings: Settings) -> Verdict:
    """Every request means something for certain, and every study that it names is one of the link's."""
    own = scope_of(seen.expects, settings).studies
    bad = [each.line for each in asked(seen, settings) if each.meaning.kind == "other" or each.meaning.studies - own]
    if bad:
        return Verdict(False, f"{len(bad)} requests name another study, or could be read in two ways.", tuple(bad))
    return Verdict(True, "No request names a study that the link does not.")


def no_patient_query(seen: Observation, settings: Settings) -> Verdict:
    """No search by patient; with priors ``exact`` one for the link's own Patient ID; with ``ohif`` as OHIF does it."""
    scope = scope_of(seen.expects, settings)
    found = [each for each in asked(seen, settings) if each.meaning.patients]
    bad = [each.line for each in found if not (scope.any_patient or each.meaning.patients <= scope.patients)]
    if bad:
        return Verdict(False, f"{len(bad)} searches by patient.", tuple(bad))
    lines = tuple(each.line for each in found)
    allowed = f"{len(found)} searches by patient, as the recipe's priors = {settings.priors} allows."
    return Verdict(True, allowed if found else "None was sent, none was received.", lines)


def no_open_search(seen: Observation, settings: Settings) -> Verdict:
    """No search that names neither a study nor a patient."""
    found = tuple(each.line for each in asked(seen, settings) if each.meaning.kind == "open")
    if not found:
        return Verdict(True, "None was sent, none was received.")
    if scope_of(seen.expects, settings).open:
        return Verdict(True, f"{len(found)} open searches, as the recipe's study list allows.", found)
    return Verdict(False, f"{len(found)} searches over the whole archive.", found)


def nothing_elsewhere(seen: Observation, settings: Settings) -> Verdict:
    """The browser tried to reach no other origin."""
    if seen.elsewhere:
        return Verdict(False, f"{len(seen.elsewhere)} attempts to leave the site.", seen.elsewhere)
    return Verdict(True, "Not one attempt.")


def no_doubled_request(seen: Observation, settings: Settings) -> Verdict:
    """No archive resource is asked for twice in one page's life, but for OHIF's own search of each study's patient."""
    counts = Counter(f"{r.method} {target(r.url)}" for r in to_archive(seen, settings))
    as_ohif_does = scope_of(seen.expects, settings).any_patient
    allowed = {each.line for each in asked(seen, settings) if as_ohif_does and each.meaning.kind == "patient"}
    doubled = tuple(f"{count} x {line}" for line, count in counts.items() if count > 1 and line not in allowed)
    if doubled:
        return Verdict(False, f"{len(doubled)} resources were asked for more than once.", doubled)
    return Verdict(True, f"{counts.total()} requests for as many resources.")


def held_to_policy(seen: Observation, settings: Settings) -> Verdict:
    """The policy that the server sends with the page stands in the page too, ahead of every script.

    So no other script runs, whatever server the dist lies on. What a page cannot say of itself is left out.
    """
    own, served = _directives(seen.state.policy), _directives(seen.state.served_policy)
    missing = {name: value for name, value in served.items() if name not in HEADER_ONLY and own.get(name) != value}
    lines = tuple(f"not in the page: {name} {value}" for name, value in missing.items())
    if not own:
        return Verdict(False, "The page brings no policy along, or a script comes before it.")
    if missing:
        return Verdict(False, f"The page lacks {len(missing)} rules of the policy that is sent with it.", lines)
    return Verdict(True, f"{len(own)} rules stand in the page itself.")


def no_page_error(seen: Observation, settings: Settings) -> Verdict:
    """No uncaught error, no unhandled rejection, no policy violation."""
    violations = [line for line in seen.console if "Content Security Policy" in line]
    errors = (*seen.errors, *violations)
    if errors:
        return Verdict(False, f"{len(errors)} uncaught errors.", errors)
    return Verdict(True, "None.")


def _directives(policy: str) -> dict[str, str]:
    """The value by directive of a content security policy."""
    pairs = (directive.strip().partition(" ") for directive in policy.split(";"))
    return {name.lower(): value.strip() for name, _, value in pairs if name}
