"""The errors: a table of exit codes, and a page for each class at ``errors/<name-of-the-class>/``."""

from __future__ import annotations

import inspect

from ohifbuild.core import errors
from ohifbuild.core.errors import OhifbuildError
from site_pages.markdown import kebab, plain, table
from site_pages.messages import Message, messages


def classes() -> list[type[OhifbuildError]]:
    """Every error that a user can meet, by exit code."""
    found = {item for item in vars(errors).values() if isinstance(item, type) and issubclass(item, OhifbuildError)}
    return sorted(found - {OhifbuildError}, key=lambda item: (item.exit_code, item.__name__))


def section() -> str:
    """The table of exit codes."""
    rows = ((str(item.exit_code), f"[{item.__name__}]({kebab(item.__name__)}.md)", meaning(item)) for item in classes())
    return table(("code", "error", "meaning"), rows)


def meaning(item: type[OhifbuildError]) -> str:
    """What the class says of itself."""
    return plain(inspect.getdoc(item) or "")


def pages() -> dict[str, str]:
    """A page for each error."""
    said = list(messages())
    return {
        f"errors/{kebab(item.__name__)}.md": _page(item, [each for each in said if each.error == item.__name__])
        for item in classes()
    }


def _page(item: type[OhifbuildError], said: list[Message]) -> str:
    lines = [f"# {item.__name__}", meaning(item), f"**Exit code:** {item.exit_code}"]
    if said:
        lines += ["## Messages", "An ellipsis (…) stands for a name, a number or a path of your case."]
    for each in dict.fromkeys(said):
        lines.append(f"### {_shown(each.what.removesuffix('.'))}")
        if each.cause:
            lines.append(f"**Likely cause:** {_shown(each.cause)}")
        if each.fix:
            lines.append(f"**What to do:** {_shown(each.fix)}")
    lines.append("[All exit codes](index.md)")
    return "\n\n".join(lines) + "\n"


def _shown(text: str) -> str:
    """A message as Markdown: nothing of it is markup."""
    for mark in "\\`*_[]<>#":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())
