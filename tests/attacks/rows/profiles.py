"""Attacks on a browser's profile, such as on a shared computer."""

from __future__ import annotations

from attacks import weakenings as weak
from attacks.profiles import ProfileAttack, in_cache, in_history
from attacks.runner import TOKEN

ROWS = (
    ProfileAttack("history-query", "the list of visited pages, with a token from the query", f"&token={TOKEN}", in_history, weak.NO_HANDOVER),
    ProfileAttack("history-fragment", "the same with a token from the fragment", f"#token={TOKEN}", in_history, weak.NO_HANDOVER),
    ProfileAttack("cached-picture", "the images that were shown", f"&token={TOKEN}", in_cache, weak.DISK_CACHE),
)  # fmt: skip
