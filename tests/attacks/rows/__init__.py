"""The rows of the attack suite, by what they attack."""

from __future__ import annotations

from attacks.rows import last_exit, links, policy, studies, traces

PAGE_ATTACKS = (*last_exit.ROWS, *policy.ROWS, *links.ROWS, *traces.ROWS, *studies.ROWS)
