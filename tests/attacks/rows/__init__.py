"""The rows of the attack suite, by what they attack."""

from __future__ import annotations

from attacks.rows import (
    ahead,
    archives,
    guards,
    last_exit,
    links,
    media,
    orthanc,
    packages,
    policy,
    profiles,
    sockets,
    studies,
    traces,
)

PAGE_ATTACKS = (
    *last_exit.ROWS,
    *guards.ROWS,
    *policy.ROWS,
    *links.ROWS,
    *traces.ROWS,
    *studies.ROWS,
    *archives.ROWS,
    *packages.ROWS,
    *ahead.ROWS,
    *media.ROWS,
)
SOCKET_ATTACKS = sockets.ROWS
ORTHANC_ATTACKS = orthanc.ROWS
PROFILE_ATTACKS = profiles.ROWS
