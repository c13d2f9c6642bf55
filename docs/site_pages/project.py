"""Files of the repository that are pages of the site too, and links from pages to files of the repository."""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path, PurePosixPath

from site_pages.markdown import DOCS, REPOSITORY, ROOT

# Which page of the site is made of which file of the repository.
PAGES = {
    "reference/extension-template.md": "extension-template/README.md",
    **{f"project/{path.stem.lower()}.md": path.name for path in sorted(ROOT.glob("*.md")) if path.name != "README.md"},
}
HOME = "README.md"
LINK = re.compile(r"(\]\()([^)\s#]+)(#[^)]*)?(\))")


def pages() -> dict[str, str]:
    """The pages that are files of the repository; their links are as seen from the page."""
    return {page: linked(_titled(ROOT / file), page, ROOT / file) for page, file in PAGES.items()}


def linked(text: str, page: str, file: Path) -> str:
    """A page's text with links that work in the site.

    Args:
        text: Markdown, whose relative links are seen from ``file``.
        page: the path below ``docs/`` at which the site has it.
        file: where the text comes from.
    """

    def moved(found: re.Match[str]) -> str:
        if "://" in found[2] or found[2].startswith("/"):
            return found[0]
        return f"{found[1]}{_seen_from(page, (file.parent / found[2]).resolve())}{found[3] or ''}{found[4]}"

    return LINK.sub(moved, text)


def _seen_from(page: str, target: Path) -> str:
    """The target's page if the site has one, else its address in the repository."""
    of_file = {file: name for name, file in PAGES.items()} | {HOME: "index.md"}
    path = target.relative_to(ROOT).as_posix()
    if target.is_relative_to(DOCS):
        path = target.relative_to(DOCS).as_posix()
    elif path in of_file:
        path = of_file[path]
    else:
        return f"{REPOSITORY}/blob/main/{path}"
    return posixpath.relpath(path, PurePosixPath(page).parent)


def _titled(file: Path) -> str:
    return file.read_text(encoding="utf-8").replace(os.linesep, "\n")
