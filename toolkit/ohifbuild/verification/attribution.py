"""Finds the scenario that a received request belongs to: that of the request which the browser sent.

Time does not tell it. On a busy machine, the requests of a page arrive at the archive after the next page has begun.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from ohifbuild.contract.settings import Settings
from ohifbuild.verification.evidence import ReceivedRequest, SentRequest
from ohifbuild.verification.tab import Unseen
from ohifbuild.verification.traffic import header, target


def attributed(
    sent: Mapping[int, Sequence[SentRequest]],
    received: Sequence[ReceivedRequest],
    latest: int,
    settings: Settings,
    unseen: Mapping[int, Sequence[Unseen]] = MappingProxyType({}),
) -> dict[int, tuple[ReceivedRequest, ...]]:
    """The received requests of each recording, in the order of arrival.

    A request whose answer the browser has belongs where the browser sent it. One without, such as one that a leaving
    page cuts off, belongs to the oldest sent request with the same address and token that has no answer. So does every
    request at a recorder that numbers none. If there is none, one that was cut off belongs to an unseen request with
    the same token. One that the browser did not send belongs to the latest recording.

    Args:
        sent: the requests of each recording, by its number, in the order in which they began.
        received: the requests at the archive.
        latest: the number of the recording that is in progress.
        settings: the header of the token.
        unseen: further requests of each recording; see ``Recorded``.
    """
    by_answer: dict[int, int] = {}
    by_network: dict[int, int] = {}
    lost: dict[tuple[str, ...], list[int]] = {}
    for recording in sorted(unseen):
        for one in unseen[recording]:
            if one.answer is not None:
                by_network[one.answer] = recording
            else:
                lost.setdefault(header(one.headers, settings), []).append(recording)
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
        token = header(each.headers, settings)
        unanswered = waiting.get((each.method, each.target, token), [])
        if each.number in by_answer:
            owner = by_answer[each.number]
        elif each.number in by_network:
            owner, each = by_network[each.number], replace(each, unseen=True)
        elif unanswered:
            owner = unanswered.pop(0)
        elif each.cut_off and lost.get(token):
            owner, each = lost[token].pop(0), replace(each, unseen=True)
        else:
            owner = latest
        found.setdefault(owner, []).append(each)
    return {recording: tuple(requests) for recording, requests in found.items()}
