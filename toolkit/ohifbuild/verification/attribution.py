"""Finds the scenario that a received request belongs to: that of the request which the browser sent.

Time does not tell it. On a busy machine, the requests of a page arrive at the archive after the next page has begun.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from ohifbuild.contract.settings import Settings
from ohifbuild.verification.evidence import ReceivedRequest, SentRequest
from ohifbuild.verification.traffic import header, target


def attributed(
    sent: Mapping[int, Sequence[SentRequest]],
    received: Sequence[ReceivedRequest],
    latest: int,
    settings: Settings,
    unseen: Mapping[int, Collection[int]] = MappingProxyType({}),
) -> dict[int, tuple[ReceivedRequest, ...]]:
    """The received requests of each recording, in the order of arrival.

    A request whose answer the browser has belongs where the browser sent it. One without, such as one that a leaving
    page cuts off, belongs to the oldest sent request with the same address and token that has no answer. So does every
    request at a recorder that numbers none. One that the browser did not send belongs to the latest recording.

    Args:
        sent: the requests of each recording, by its number, in the order in which they began.
        received: the requests at the archive.
        latest: the number of the recording that is in progress.
        settings: the header of the token.
        unseen: the numbers of further requests of each recording; see ``Recorded``.
    """
    by_answer: dict[int, int] = {}
    by_network = {number: recording for recording, numbers in unseen.items() for number in numbers}
    waiting: dict[tuple[str, str, tuple[str, ...]], list[int]] = {}
    for recording in sorted(sent):
        for request in sent[recording]:
            if request.answer is not None:
                by_answer[request.answer] = recording
            else:
                key = (request.method, target(request.url), header(request.headers, settings))
                waiting.setdefault(key, []).append(recording)
    found: dict[int, list[ReceivedRequest]] = {recording: [] for recording in sent}
    for each in received:
        owner = by_answer.get(each.number) if each.number is not None else None
        if owner is None and each.number in by_network:
            owner, each = by_network[each.number], replace(each, unseen=True)
        if owner is None:
            address = each.path + (f"?{each.query}" if each.query else "")
            unanswered = waiting.get((each.method, address, header(each.headers, settings)), [])
            owner = unanswered.pop(0) if unanswered else latest
        found.setdefault(owner, []).append(each)
    return {recording: tuple(requests) for recording, requests in found.items()}
