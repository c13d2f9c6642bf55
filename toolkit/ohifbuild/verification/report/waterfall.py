"""The archive requests of one scenario, sent and received, as rows on a time axis."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ohifbuild.contract.settings import Settings
from ohifbuild.verification.evidence import Observation, ReceivedRequest
from ohifbuild.verification.redact import contains
from ohifbuild.verification.traffic import header, target, to_archive

LONG_UID = re.compile(r"\b\d[\d.]{12,}(\d{4})\b")
USUAL_PARAMETERS = re.compile(r"(?:limit|offset|fuzzymatching|includefield)=[^&]*&?")
NARROWEST = 0.4


@dataclass(frozen=True)
class Row:
    """A request as one row: ``left`` and ``width`` are per cent of the scenario's time."""

    label: str
    full: str
    kind: str
    left: float
    width: float
    milliseconds: int
    status: str
    decision: str
    header_sent: int
    header_received: int
    good: bool


@dataclass(frozen=True)
class Waterfall:
    """All rows, the length of the axis in seconds, and figures about the viewer's own files."""

    rows: tuple[Row, ...]
    seconds: float
    files: int
    file_bytes: int
    files_with_token: int


def waterfall(seen: Observation, settings: Settings) -> Waterfall:
    """The rows in the order in which the requests were sent."""
    sent = sorted(to_archive(seen, settings), key=lambda request: request.at)
    files = [request for request in seen.sent if not settings.is_archive(request.url)]
    end = max((request.at + request.seconds for request in (*sent, *files)), default=1.0) or 1.0
    waiting: dict[str, list[ReceivedRequest]] = defaultdict(list)
    for received in seen.received:
        waiting[received.target].append(received)
    rows = []
    for request in sent:
        address = target(request.url)
        arrived = waiting[address].pop(0) if waiting[address] else None
        carried, got = len(header(request.headers, settings)), len(header(arrived.headers, settings)) if arrived else 0
        rows.append(
            Row(
                label=shortened(address, settings.roots),
                full=f"{request.method} {address}",
                kind=_kind(address),
                left=round(100 * request.at / end, 2),
                width=round(max(NARROWEST, 100 * request.seconds / end), 2),
                milliseconds=round(request.seconds * 1000),
                status=str(request.status or "–"),
                decision=arrived.decision if arrived else "not received",
                header_sent=carried,
                header_received=got,
                good=carried == got == bool(seen.expects.token) and arrived is not None,
            )
        )
    leaked = [r for r in files if contains(seen.expects.secrets, "\n".join(f"{k}: {v}" for k, v in r.headers))]
    return Waterfall(tuple(rows), end, len(files), sum(r.size for r in files), len(leaked))


def shortened(address: str, roots: Sequence[str]) -> str:
    """The path below the root and the query, with long UIDs cut to their ends, and without usual parameters."""
    path, _, query = address.partition("?")
    prefixes = sorted((urlsplit(root).path + "/" for root in roots), key=len, reverse=True)
    below = next((path.removeprefix(prefix) for prefix in prefixes if path.startswith(prefix)), path)
    rest = USUAL_PARAMETERS.sub("", query).rstrip("&")
    return LONG_UID.sub(r"…\1", f"{below}?{rest}" if rest else below)


def _kind(address: str) -> str:
    path, _, query = address.partition("?")
    for word in ("metadata", "frames", "bulkdata", "rendered", "thumbnail"):
        if f"/{word}" in path:
            return word
    return "search" if query or path.endswith(("/studies", "/series", "/instances")) else "instance"
