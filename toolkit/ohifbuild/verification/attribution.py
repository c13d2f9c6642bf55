"""Finds the scenario that a received request belongs to: that of the request which the browser sent.

Time does not tell it. On a busy machine, the requests of a page arrive at the archive after the next page has begun.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ohifbuild.verification.evidence import ReceivedRequest, SentRequest
from ohifbuild.verification.traffic import target


def attributed(
    sent: Mapping[int, Sequence[SentRequest]], received: Sequence[ReceivedRequest], latest: int
) -> dict[int, tuple[ReceivedRequest, ...]]:
    """The received requests of each recording, in the order of arrival.

    A request whose answer the browser has belongs where the browser sent it. One without belongs to the oldest sent
    request to the same address that has no answer, as those that a leaving page cuts off. One that the browser did not
    send belongs to the latest recording.

    Args:
        sent: the requests of each recording, by its number, in the order in which they began.
        received: the requests at the archive.
        latest: the number of the recording that is in progress.
    """
    by_answer: dict[int, int] = {}
    waiting: dict[tuple[str, str], list[int]] = {}
    for recording in sorted(sent):
        for request in sent[recording]:
            if request.answer is not None:
                by_answer[request.answer] = recording
            else:
                waiting.setdefault((request.method, target(request.url)), []).append(recording)
    found: dict[int, list[ReceivedRequest]] = {recording: [] for recording in sent}
    for each in received:
        owner = by_answer.get(each.number) if each.number is not None else None
        if owner is None:
            unanswered = waiting.get((each.method, each.path + (f"?{each.query}" if each.query else "")), [])
            owner = unanswered.pop(0) if unanswered else latest
        found.setdefault(owner, []).append(each)
    return {recording: tuple(requests) for recording, requests in found.items()}
