"""The headers of a dist as a table, for the configurations of other servers; same as ``server/static_files.py``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ohifbuild.deploy.deployment import Plan
from ohifbuild.server.headers import (
    CACHE_FOREVER,
    CACHE_NEVER,
    CACHE_REVALIDATE,
    ISOLATION,
    connects_to,
    content_security_policy,
    worker_policy,
)
from ohifbuild.server.static_files import HASHED, MEDIA_TYPES


@dataclass(frozen=True)
class HeaderTable:
    """The headers of a dist's files.

    Args:
        all: headers of every answer.
        pages: the content security policy of each page, by its name in the dist.
        script_policy: the content security policy of every script; it applies to those that become workers.
        immutable: a regular expression that finds the names of files whose contents never change.
        for_ever: Cache-Control of these files.
        ask_again: Cache-Control of all other files except pages.
        never_stored: Cache-Control of pages, because their address may hold a token.
        types: media types by suffix.
    """

    all: Mapping[str, str]
    pages: Mapping[str, str]
    script_policy: str
    immutable: str
    for_ever: str
    ask_again: str
    never_stored: str
    types: Mapping[str, str]

    def document(self) -> dict[str, object]:
        """The table as a JSON object, which ``viewer_files.py`` reads."""
        return {
            "all": dict(self.all),
            "pages": dict(self.pages),
            "script_policy": self.script_policy,
            "immutable": self.immutable,
            "for_ever": self.for_ever,
            "ask_again": self.ask_again,
            "never_stored": self.never_stored,
            "types": dict(self.types),
        }


def header_table(plan: Plan) -> HeaderTable:
    """The table for a plan's dist."""
    elsewhere = connects_to(plan.settings)
    pages = {
        path.relative_to(plan.dist).as_posix(): content_security_policy(
            path.read_text(encoding="utf-8", errors="replace"), elsewhere, plan.settings.embed_in
        )
        for path in sorted(plan.dist.rglob("*.html"))
    }
    return HeaderTable(
        all=ISOLATION,
        pages=pages,
        script_policy=worker_policy(elsewhere),
        immutable=HASHED.pattern,
        for_ever=CACHE_FOREVER,
        ask_again=CACHE_REVALIDATE,
        never_stored=CACHE_NEVER,
        types=MEDIA_TYPES,
    )


def immutable_paths(public_url: str) -> tuple[str, ...]:
    """``static_files.HASHED``, a pattern for names in a dist, as regular expressions for paths on the server."""
    url = re.escape(public_url)
    return (
        rf"^{url}(?:.*/)?(?:(?:[\w.-]+\.)?[0-9a-f]{{16,}}|[\w-]+\.bundle\.[0-9a-f]{{8,}})(?:\.[\w-]+)*\.\w+$",
        rf"^{url}ohifbuild/[0-9a-f]{{8,}}/",
    )
