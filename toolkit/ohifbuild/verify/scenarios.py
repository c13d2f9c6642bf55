"""The scenarios: what a person, a browser or an attacker does with a link.

They are grouped into lives. A life is one tab with storage and cache of its own; its scenarios follow one another in
it, as they would for a person who goes on from one page to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from urllib.parse import quote

from ohifbuild.verify.bad_links import bad_links
from ohifbuild.verify.model import Observation
from ohifbuild.verify.stage import Stage

Life = Callable[[Stage], Iterator[Observation]]

SPLITTING_TOKEN = "broken\r\nX-Injected: yes"
HUGE_TOKEN = "0123456789abcdef" * 1024
WRONG_TOKEN = "nobody-was-given-this-token"
HOSTILE_TOKENS = {SPLITTING_TOKEN: "with line breaks", HUGE_TOKEN: "of 16 KiB", WRONG_TOKEN: "nobody's"}
"""Label by token, for the reports."""

OTHER_MODES = ("segmentation", "tmtv", "microscopy")
ELSEWHERE = "http://elsewhere.example/"


def a_visit(stage: Stage) -> Iterator[Observation]:
    """A person opens a link, looks around, reloads, strays to another link and comes back."""
    main, tab = stage.cast.main, stage.tab
    keeps = stage.settings.storage == "tab"
    link = stage.link(main)
    yield stage.image("open", "A link is opened", main, link)
    for series in main.thumbnails[1:2]:
        yield stage.image(
            "series", "Another series is opened", main, link, move=partial(stage.open_series, series), series=series
        )
    if keeps:
        yield stage.image("reload", "The page is reloaded", main, link, move=tab.reload)
    else:
        yield stage.message("reload", "The page is reloaded", ("no-token",), link, move=tab.reload)
    pair = stage.cast.pair
    without = stage.link(pair, "")
    yield stage.message(
        "no-inheritance", "Another link without a token, same tab", ("no-token",), without, studies=pair.studies
    )
    if keeps:
        yield stage.image("back", "Back to the first link", main, link, move=tab.back)


def other_forms(stage: Stage) -> Iterator[Observation]:
    """Links of other forms: in the fragment, in capitals, for two studies, for MPR."""
    main, pair = stage.cast.main, stage.cast.pair
    name, token = stage.settings.token_param, quote(main.token, safe="")
    yield stage.image("fragment", "The token is in the fragment", main, f"{stage.link(main, '')}#{name}={token}")
    capitals = f"{stage.address('viewer')}?{name.upper()}={quote(pair.token, safe='')}&studyinstanceuids="
    yield stage.image(
        "two-studies",
        "Another link in the same tab: two studies, parameters in other letter case",
        pair,
        capitals + ",".join(pair.studies),
    )
    mpr = stage.link(main, more="&hangingProtocolId=mpr")
    yield stage.image("mpr", "Multiplanar reconstruction", main, mpr)


def other_contents(stage: Stage) -> Iterator[Observation]:
    """Studies of other kinds, some of them opened in other ways than by a link in a message."""
    tab = stage.tab
    ways: dict[int, tuple[str, str, Callable[[str], object]]] = {
        1: (", in a frame of another page", "", tab.go_in_frame),
        2: (", by a link with a user's name", "somebody@", tab.go),
        3: (", in a window that a page has opened", "", tab.go_from_opener),
    }
    for number, subject in enumerate(stage.cast.others, 1):
        how, user, go = ways.get(number, ("", "", tab.go))
        link = stage.link(subject).replace("://", f"://{user}", 1)
        yield stage.image(f"content-{number}", subject.name + how, subject, link, move=partial(go, link))


def other_ways(stage: Stage) -> Iterator[Observation]:
    """No other mode and not the study list is a way round, and no other page of the dist."""
    main = stage.cast.main
    for mode in OTHER_MODES:
        yield stage.confined(f"mode-{mode}", f"The mode /{mode}", main, stage.link(main, route=mode))
    search = stage.address("") + "?mrn=108506"
    yield stage.confined("study-list", "The study list with a search", main, search, token="")
    yield from other_pages(stage)


def other_pages(stage: Stage) -> Iterator[Observation]:
    """The dist's other HTML files, opened as if they were the viewer."""
    main = stage.cast.main
    for page in stage.site.pages:
        yield stage.confined(f"page-{page}", f"The page {page}", main, stage.link(main, route=page))


def refusals(stage: Stage) -> Iterator[Observation]:
    """Links that must show a message and nothing else."""
    cast, main = stage.cast, stage.cast.main
    yield stage.message("no-token", "The link has no token", ("no-token",), stage.link(main, ""))
    for key, title, reasons, token in (
        ("wrong-token", "A token that nobody was given", ("refused",), WRONG_TOKEN),
        ("foreign-token", "The token of another study", ("refused",), cast.foreign),
        ("expired-token", "An expired token", cast.expired_reasons, cast.expired),
    ):
        yield stage.message(key, title, reasons, stage.link(main, token), token=token)
    # In the fragment, as no server takes a request line of 16 KiB.
    huge = f"{stage.link(main, '')}#{stage.settings.token_param}={HUGE_TOKEN}"
    yield stage.message("huge-token", "A token of 16 KiB, pasted after the #", ("bad-token",), huge, secret=HUGE_TOKEN)
    splitting = stage.link(main, SPLITTING_TOKEN)
    yield stage.message(
        "splitting-token", "A token with line breaks", ("bad-token",), splitting, secret=SPLITTING_TOKEN
    )


def a_strange_archive(stage: Stage) -> Iterator[Observation]:
    """An archive that sends the browser elsewhere, and one that does not answer."""
    main, reasons = stage.cast.main, ("unreachable",)
    link = stage.link(main)
    try:
        yield stage.message(
            "redirect",
            "The archive sends the browser to another path, and to another site",
            reasons,
            link,
            move=partial(stage.open_redirected, link, (stage.address("elsewhere"), ELSEWHERE)),
            token=main.token,
        )
    finally:
        stage.site.redirect("")
    yield stage.message(
        "archive-down",
        "The archive does not answer",
        reasons,
        link,
        move=partial(stage.open_without_archive, link),
        token=main.token,
    )


LIVES: tuple[Life, ...] = (
    a_visit,
    other_forms,
    refusals,
    bad_links,
    a_strange_archive,
    other_ways,
    other_contents,
)
