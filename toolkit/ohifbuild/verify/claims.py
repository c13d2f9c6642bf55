"""The claims, as pure functions: what was observed goes in, whether each claim holds and what shows it comes out.

Whatever can be seen from both ends (what the browser sent, what the archive received) is checked from both ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ohifbuild.contract.settings import Settings
from ohifbuild.verify.model import (
    ClaimResult,
    ImageMatch,
    Observation,
    PageState,
)
from ohifbuild.verify.pixels import shows
from ohifbuild.verify.redact import contains
from ohifbuild.verify.traffic import (
    asked,
    header,
    received_line,
    same_page,
    scope_of,
    sent_line,
    target,
    to_archive,
)

OWN_STORAGE = "ohifbuild"
"""Keys of the tab's own sessionStorage entries begin with this word."""


@dataclass(frozen=True)
class Verdict:
    """Whether a claim holds, in one line, and the lines that show it."""

    holds: bool
    detail: str
    evidence: tuple[str, ...] = ()


HEADER_ONLY = frozenset({"frame-ancestors", "report-to", "report-uri", "sandbox"})
"""Directives that browsers take from a header only (Content Security Policy Level 3, 3.3)."""

Check = Callable[[Observation, Settings], Verdict]


@dataclass(frozen=True)
class Claim:
    """A statement that verify checks in every scenario whose expected outcome is among ``outcomes``."""

    key: str
    title: str
    outcomes: frozenset[str]
    check: Check


EVERYWHERE = frozenset({"image", "message", "confined"})
GOOD = frozenset({"image", "confined"})
IMAGE = frozenset({"image"})
MESSAGE = frozenset({"message"})


def judge(observations: Iterable[Observation], settings: Settings) -> tuple[ClaimResult, ...]:
    """Every claim in every scenario that it is about."""
    return tuple(
        _result(claim, observation, settings)
        for observation in observations
        for claim in CLAIMS
        if observation.expects.outcome in claim.outcomes
    )


def _result(claim: Claim, observation: Observation, settings: Settings) -> ClaimResult:
    verdict = claim.check(observation, settings)
    return ClaimResult(
        claim=claim.key,
        title=claim.title,
        scenario=observation.scenario,
        holds=verdict.holds,
        detail=verdict.detail,
        evidence=verdict.evidence,
    )


# What is on the screen


def right_image(seen: Observation, settings: Settings) -> Verdict:
    """Every viewport that shows something shows an image of the link's studies, and one of them the expected one."""
    shown = [match for match in seen.viewports if not match.blank]
    lines = tuple(_match_line(match) for match in seen.viewports)
    if not shown:
        return Verdict(False, "No viewport shows anything.", lines)
    # A reconstruction resembles no image well; one that is well recognised must be the link's.
    strangers = [match for match in shown if shows(match) and not _is_of(match, seen.expects.studies)]
    expected = set(seen.expects.instances)
    hits = [match for match in shown if shows(match) and (not expected or expected & set(match.instances))]
    if strangers or not hits:
        what = "An image of another study" if strangers else "Not the expected image"
        return Verdict(False, f"{what} is on the screen.", lines)
    best = max(hits, key=lambda match: match.score)
    return Verdict(True, f"{best.name} (correlation {best.score:.3f}; next best other {best.rival_score:.3f})", lines)


def thumbnails(seen: Observation, settings: Settings) -> Verdict:
    """Every series that should have a thumbnail has one that shows an image of that series."""
    wanted = set(seen.expects.thumbnails)
    lines = tuple(_match_line(match) for match in seen.thumbnails)
    found = {uid for match in seen.thumbnails if not match.blank for uid in match.series}
    strangers = [m for m in seen.thumbnails if not m.blank and not _is_of(m, seen.expects.studies)]
    if strangers:
        return Verdict(False, "A thumbnail shows an image of another study.", lines)
    missing = wanted - found
    if missing:
        return Verdict(False, f"{len(missing)} of {len(wanted)} series have no thumbnail of their own.", lines)
    return Verdict(True, f"{len(wanted)} of {len(wanted)} series have theirs.", lines)


def message_shown(seen: Observation, settings: Settings) -> Verdict:
    """The page says what is wrong, visibly, and for the right reason."""
    message = seen.message
    wanted = " or ".join(seen.expects.reasons)
    if message is None:
        return Verdict(False, f"There is no message; expected was {wanted}.")
    line = f"{message.reason}: {message.text}"
    if not message.visible or not message.text:
        return Verdict(False, "The message is there but cannot be seen.", (line,))
    if message.reason not in seen.expects.reasons:
        return Verdict(False, f"The reason given is {message.reason}; expected was {wanted}.", (line,))
    return Verdict(True, f"“{_shortened(message.text.splitlines()[0], 90)}” ({message.reason})", (line,))


def no_pixels(seen: Observation, settings: Settings) -> Verdict:
    """No viewport and no thumbnail shows anything, and the archive gave nothing away."""
    pictures = [match for match in (*seen.viewports, *seen.thumbnails) if not match.blank]
    given = [r for r in seen.received if r.decision == "granted" or (r.decision != "redirected" and 0 < r.status < 400)]
    lines = (*map(_match_line, pictures), *map(received_line, given))
    if pictures:
        return Verdict(False, f"{len(pictures)} pictures are on the screen.", lines)
    if given:
        return Verdict(False, f"The archive answered {len(given)} requests.", lines)
    return Verdict(True, "Nothing is on the screen and the archive gave nothing.")


# The token's one way


def header_sent(seen: Observation, settings: Settings) -> Verdict:
    """The browser's end: each archive request has the header once, with the link's token; without one there is none."""
    requests = to_archive(seen, settings)
    bad = [r for r in requests if header(r.headers, settings) != _expected(seen, settings)]
    return _about_header(bad, len(requests), seen, [sent_line(r, settings) for r in bad or requests])


def header_received(seen: Observation, settings: Settings) -> Verdict:
    """The archive's end of the same."""
    bad = [r for r in seen.received if header(r.headers, settings) != _expected(seen, settings)]
    return _about_header(bad, len(seen.received), seen, [received_line(r) for r in bad or seen.received])


def both_ends_agree(seen: Observation, settings: Settings) -> Verdict:
    """What the browser sent is what the archive received: nothing lost, added or sent by something unseen."""
    sent = to_archive(seen, settings)
    asked_for = Counter(target(r.url) for r in sent)
    answered = Counter(target(r.url) for r in sent if r.status is not None)
    received = Counter(r.path + (f"?{r.query}" if r.query else "") for r in seen.received)
    lines = (
        *(f"answered, not received: {target}" for target in answered - received),
        *(f"received, not sent by the page: {target}" for target in received - asked_for),
    )
    if lines:
        return Verdict(False, f"{len(lines)} requests were seen at one end only.", lines)
    return Verdict(True, f"{received.total()} requests, seen at both ends.")


def token_goes_nowhere_else(seen: Observation, settings: Settings) -> Verdict:
    """No other header, no Referer, no URL (but the link's, opened once) and no static file's request carries it."""
    name = settings.token_header.lower()
    secrets = seen.expects.secrets
    archive = set(to_archive(seen, settings))
    bad = []
    for number, request in enumerate(seen.sent):
        allowed = name if request in archive else ""
        headers = [f"{key}: {value}" for key, value in request.headers if key != allowed]
        is_link = number == 0 and request.resource_type == "document" and same_page(request.url, seen.link)
        if contains(secrets, "\n".join([*headers, "" if is_link else request.url])):
            bad.append(f"sent: {request.method} {request.url}")
    for received in seen.received:
        headers = [f"{key}: {value}" for key, value in received.headers if key != name]
        if contains(secrets, "\n".join([*headers, received.path, received.query])):
            bad.append(f"received: {received.method} {received.path}")
    if bad:
        return Verdict(False, f"{len(bad)} requests carry the token where it does not belong.", tuple(bad))
    return Verdict(True, f"Not in the URL, Referer or another header of any of {len(seen.sent)} requests.")


def token_leaves_address(seen: Observation, settings: Settings) -> Verdict:
    """The token is neither in the address bar, nor in the tab's history, nor in the referrer.

    The history is read from the browser, and from what the Navigation API tells the page of it.
    """
    state = seen.state
    history = "\n".join((*state.history, state.history_state, *state.visits))
    places = {"address": state.url, "referrer": state.referrer, "history": history}
    return _absent(seen, places, f"Address bar and {len(state.history)} history entries are clean.")


def token_not_stored(seen: Observation, settings: Settings) -> Verdict:
    """The token is in no storage but the tab's own sessionStorage entry, and not even there in ``memory`` mode."""
    state = seen.state
    places = {
        "localStorage": _joined(state.local.items()),
        "sessionStorage": _joined(_foreign_session(state, settings)),
        "cookies": "\n".join(state.cookies),
        "IndexedDB": "\n".join(state.databases),
        "cache storage": "\n".join(state.caches),
        "window.name": state.window_name,
    }
    where = "only the tab's own entry may hold it" if settings.storage == "tab" else "none at all holds it"
    return _absent(seen, places, f"{len(state.local) + len(state.session)} storage entries read; {where}.")


def token_not_shown(seen: Observation, settings: Settings) -> Verdict:
    """The token is neither in the document, nor in the timings, nor on the console, nor in any error or its stack.

    A stack and a console line name the script that they come from, and an inline script is named by its page's first
    address unless it gives itself another name.
    """
    places = {
        "document": seen.state.html,
        "console": "\n".join(seen.console),
        "errors": "\n".join(seen.errors),
        "stack of an error": seen.state.stack,
        "timings": "\n".join(seen.state.timings),
        "message": seen.message.text if seen.message else "",
    }
    return _absent(seen, places, f"Document, timings, stack and {len(seen.console)} console lines are clean.")


# Confinement


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


CLAIMS: tuple[Claim, ...] = (
    Claim("right-image", "The link's own image is on the screen", IMAGE, right_image),
    Claim("thumbnails", "Each series shows its own thumbnail", IMAGE, thumbnails),
    Claim("message", "The page says what is wrong", MESSAGE, message_shown),
    Claim("no-pixels", "Nothing of the archive is shown", MESSAGE, no_pixels),
    Claim("header-sent", "The browser sends the token once with each archive request", EVERYWHERE, header_sent),
    Claim("header-received", "The archive receives it once in each", EVERYWHERE, header_received),
    Claim("both-ends", "Browser and archive saw the same requests", EVERYWHERE, both_ends_agree),
    Claim("none-refused", "The archive refuses nothing", GOOD, none_refused),
    Claim("own-studies", "Only the link's studies are asked for", EVERYWHERE, own_studies_only),
    Claim("no-patient-query", "No search by patient", EVERYWHERE, no_patient_query),
    Claim("no-open-search", "No search over the whole archive", EVERYWHERE, no_open_search),
    Claim("no-doubles", "Nothing is asked for twice", IMAGE, no_doubled_request),
    Claim(
        "token-one-way", "The token is in no URL, Referer or static file's request", EVERYWHERE, token_goes_nowhere_else
    ),
    Claim("token-address", "The token is gone from address bar and history", EVERYWHERE, token_leaves_address),
    Claim("token-storage", "The token is stored nowhere but in the tab's own entry", EVERYWHERE, token_not_stored),
    Claim("token-unseen", "The token is in no document, console, error or timing", EVERYWHERE, token_not_shown),
    Claim("nothing-elsewhere", "Nothing reaches another origin", EVERYWHERE, nothing_elsewhere),
    Claim("page-policy", "The page itself lets no other script run", EVERYWHERE, held_to_policy),
    Claim("no-page-error", "No uncaught error in the page", EVERYWHERE, no_page_error),
)


# Helpers


def _directives(policy: str) -> dict[str, str]:
    """The value by directive of a content security policy."""
    pairs = (directive.strip().partition(" ") for directive in policy.split(";"))
    return {name.lower(): value.strip() for name, _, value in pairs if name}


def _expected(seen: Observation, settings: Settings) -> tuple[str, ...]:
    return (settings.header_value(seen.expects.token),) if seen.expects.token else ()


def _about_header(bad: Sequence[object], total: int, seen: Observation, lines: Sequence[str]) -> Verdict:
    if bad:
        return Verdict(False, f"{len(bad)} of {total} requests do not carry the token exactly once.", tuple(lines))
    if total and not seen.expects.token:
        return Verdict(False, f"{total} requests, though there is no token to ask with.", tuple(lines))
    if not total and seen.expects.outcome == "image":
        return Verdict(False, "There was no request at all.")
    detail = f"{total} of {total} requests carry the token exactly once." if total else "No request was made."
    return Verdict(True, detail, tuple(lines))


def _absent(seen: Observation, places: dict[str, str], clean: str) -> Verdict:
    found = [place for place, text in places.items() if contains(seen.expects.secrets, text)]
    if found:
        lines = tuple(f"{place}: {_around(places[place], seen)}" for place in found)
        return Verdict(False, f"Found in: {', '.join(found)}.", lines)
    return Verdict(True, clean)


def _around(text: str, seen: Observation) -> str:
    line = next((line for line in text.splitlines() if contains(seen.expects.secrets, line)), "")
    return line if len(line) <= 400 else "in a longer text"


def _foreign_session(state: PageState, settings: Settings) -> list[tuple[str, str]]:
    keeps = settings.storage == "tab"
    return [(key, value) for key, value in state.session.items() if not (keeps and key.startswith(OWN_STORAGE))]


def _joined(items: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"{key} = {value}" for key, value in items)


def _is_of(match: ImageMatch, studies: Sequence[str]) -> bool:
    return bool(set(match.studies) & set(studies))


def _match_line(match: ImageMatch) -> str:
    if match.blank:
        return f"{match.where}: nothing to see"
    return (
        f"{match.where}: {match.name}, correlation {match.score:.4f}; next best: {match.rival} {match.rival_score:.4f}"
    )


def _shortened(text: str, length: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"
