"""Claims about the token: it goes to the archive in its header, and nowhere else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from ohifbuild.contract.settings import Settings
from ohifbuild.verification.evidence import Observation, PageState, Verdict
from ohifbuild.verification.redact import contains
from ohifbuild.verification.traffic import header, received_line, same_page, sent_line, target, to_archive

OWN_STORAGE = "ohifbuild"
"""Keys of the tab's own sessionStorage entries begin with this word."""


def header_sent(seen: Observation, settings: Settings) -> Verdict:
    """The browser sends the link's token once with each archive request; without a token it sends no request."""
    requests = to_archive(seen, settings)
    bad = [r for r in requests if header(r.headers, settings) != _expected(seen, settings)]
    return _header_verdict(bad, len(requests), seen, [sent_line(r, settings) for r in bad or requests])


def header_received(seen: Observation, settings: Settings) -> Verdict:
    """The archive receives the link's token once with each request; without a token it receives no request."""
    bad = [r for r in seen.received if header(r.headers, settings) != _expected(seen, settings)]
    return _header_verdict(bad, len(seen.received), seen, [received_line(r) for r in bad or seen.received])


def both_ends_agree(seen: Observation, settings: Settings) -> Verdict:
    """The archive receives exactly the requests that the browser sent: none is lost, and none comes from elsewhere.

    Requests that a page sends while it is being left are known from the browser's network only.
    """
    sent = to_archive(seen, settings)
    asked_for = Counter(target(r.url) for r in sent)
    answered = Counter(target(r.url) for r in sent if r.status is not None)
    received = Counter(r.target for r in seen.received)
    reported = Counter(r.target for r in seen.received if not r.unseen)
    lines = (
        *(f"answered, not received: {target}" for target in answered - received),
        *(f"received, not sent by the page: {target}" for target in reported - asked_for),
    )
    if lines:
        return Verdict(False, f"{len(lines)} requests were observed at one end only.", lines)
    return Verdict(True, f"{received.total()} requests were sent and received.")


def token_goes_nowhere_else(seen: Observation, settings: Settings) -> Verdict:
    """No other header, no Referer, no URL (except the link, opened once) and no request for a static file has it."""
    name = settings.token_header.lower()
    secrets = seen.expects.secrets
    archive = set(to_archive(seen, settings))
    documents = (number for number, request in enumerate(seen.sent) if request.resource_type == "document")
    opened = next(documents, None)
    bad = []
    for number, request in enumerate(seen.sent):
        allowed = name if request in archive else ""
        headers = [f"{key}: {value}" for key, value in request.headers if key != allowed]
        is_link = number == opened and same_page(request.url, seen.link)
        if contains(secrets, "\n".join([*headers, "" if is_link else request.url])):
            bad.append(f"sent: {request.method} {request.url}")
    for received in seen.received:
        headers = [f"{key}: {value}" for key, value in received.headers if key != name]
        if contains(secrets, "\n".join([*headers, received.path, received.query])):
            bad.append(f"received: {received.method} {received.path}")
    if bad:
        return Verdict(False, f"{len(bad)} requests contain the token in a forbidden place.", tuple(bad))
    return Verdict(True, f"None of {len(seen.sent)} requests has it in its URL, Referer or another header.")


def token_leaves_address(seen: Observation, settings: Settings) -> Verdict:
    """The token is neither in the address bar, nor in the tab's history, nor in the referrer.

    The history is read from the browser, and from the page's Navigation API.
    """
    state = seen.state
    history = "\n".join((*state.history, state.history_state, *state.visits))
    locations = {"address": state.url, "referrer": state.referrer, "history": history}
    return _absent(seen, locations, f"It is not in the address bar or in {len(state.history)} history entries.")


def token_not_stored(seen: Observation, settings: Settings) -> Verdict:
    """The token is only in the tab's own sessionStorage entry, and in ``memory`` mode not even there."""
    state = seen.state
    locations = {
        "localStorage": _joined(state.local.items()),
        "sessionStorage": _joined(_foreign_session(state, settings)),
        "cookies": "\n".join(state.cookies),
        "IndexedDB": "\n".join(state.databases),
        "cache storage": "\n".join(state.caches),
        "window.name": state.window_name,
    }
    where = "only the tab's own entry may contain it" if settings.storage == "tab" else "none contains it"
    return _absent(seen, locations, f"{len(state.local) + len(state.session)} storage entries were read; {where}.")


def token_not_shown(seen: Observation, settings: Settings) -> Verdict:
    """The token is neither in the document, nor in the timings, nor on the console, nor in any error or its stack.

    Stacks and console lines name their script. An inline script without its own name has the first address of its page
    as its name.
    """
    locations = {
        "document": seen.state.html,
        "console": "\n".join(seen.console),
        "errors": "\n".join(seen.errors),
        "stack of an error": seen.state.stack,
        "timings": "\n".join(seen.state.timings),
        "message": seen.message.text if seen.message else "",
    }
    clean = f"It is not in the document, the timings, a stack or {len(seen.console)} console lines."
    return _absent(seen, locations, clean)


def _expected(seen: Observation, settings: Settings) -> tuple[str, ...]:
    return (settings.header_value(seen.expects.token),) if seen.expects.token else ()


def _header_verdict(bad: Sequence[object], total: int, seen: Observation, lines: Sequence[str]) -> Verdict:
    if bad:
        return Verdict(False, f"{len(bad)} of {total} requests do not have the token exactly once.", tuple(lines))
    if total and not seen.expects.token:
        return Verdict(False, f"{total} requests were sent, although there is no token.", tuple(lines))
    if not total and seen.expects.outcome == "image" and not seen.expects.kept:
        return Verdict(False, "No request was sent.")
    detail = f"{total} of {total} requests have the token exactly once." if total else "No request was sent."
    return Verdict(True, detail, tuple(lines))


def _absent(seen: Observation, locations: dict[str, str], clean: str) -> Verdict:
    found = [place for place, text in locations.items() if contains(seen.expects.secrets, text)]
    if found:
        lines = tuple(f"{place}: {_around(locations[place], seen)}" for place in found)
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
