"""The scenarios: what a person, a browser or an attacker does with a link.

They are grouped into journeys. The scenarios of a journey run one after another in one tab with its own storage, like
those of a person who goes from one page to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from urllib.parse import quote

from ohifbuild.verification.bad_links import bad_links
from ohifbuild.verification.evidence import LoadedPart, Observation
from ohifbuild.verification.scenario_context import ScenarioContext

Journey = Callable[[ScenarioContext], Iterator[Observation]]

SPLITTING_TOKEN = "broken\r\nX-Injected: yes"
HUGE_TOKEN = "0123456789abcdef" * 1024
WRONG_TOKEN = "nobody-was-given-this-token"
HOSTILE_TOKENS = {SPLITTING_TOKEN: "with line breaks", HUGE_TOKEN: "of 16 KiB", WRONG_TOKEN: "nobody's"}
"""Label by token, for the reports."""

OTHER_MODES = ("segmentation", "tmtv", "microscopy")
ELSEWHERE = "http://elsewhere.example/"


def open_and_navigate(context: ScenarioContext) -> Iterator[Observation]:
    """A person opens a link, opens another series, reloads, opens another link and goes back. Then own modes."""
    main, tab = context.fixtures.main, context.tab
    keeps = context.settings.storage == "tab"
    link = context.link(main)
    opened = context.with_packages(context.image("open", "A link is opened", main, link))
    yield opened
    for series in main.thumbnails[1:2]:
        yield context.image(
            "series", "Another series is opened", main, link, move=partial(context.open_series, series), series=series
        )
    if keeps:
        yield context.image("reload", "The page is reloaded", main, link, move=tab.reload)
    else:
        yield context.message("reload", "The page is reloaded", ("no-token",), link, move=tab.reload)
    pair = context.fixtures.pair
    without = context.link(pair, "")
    yield context.message(
        "no-inheritance", "Another link without a token, same tab", ("no-token",), without, studies=pair.studies
    )
    if keeps:
        yield context.image("back", "Back to the first link", main, link, move=tab.back, kept=True)
    yield from own_modes(context, opened.loaded or ())


def other_link_forms(context: ScenarioContext) -> Iterator[Observation]:
    """Links in other forms: token in the fragment, parameters in capitals, two studies, MPR."""
    main, pair = context.fixtures.main, context.fixtures.pair
    name, token = context.settings.token_param, quote(main.token, safe="")
    yield context.image("fragment", "The token is in the fragment", main, f"{context.link(main, '')}#{name}={token}")
    capitals = f"{context.address('viewer')}?{name.upper()}={quote(pair.token, safe='')}&studyinstanceuids="
    yield context.image(
        "two-studies",
        "Another link in the same tab: two studies, parameters in other letter case",
        pair,
        capitals + ",".join(pair.studies),
    )
    mpr = context.link(main, more="&hangingProtocolId=mpr")
    yield context.image("mpr", "Multiplanar reconstruction", main, mpr)


def other_study_types(context: ScenarioContext) -> Iterator[Observation]:
    """Studies of other types, some of them opened in a frame, with a user name, or in a new window."""
    tab = context.tab
    ways: dict[int, tuple[str, str, Callable[[str], object]]] = {
        1: (", in a frame of another page", "", tab.go_in_frame),
        2: (", by a link with a user name", "somebody@", tab.go),
        3: (", in a window that a page opened", "", tab.go_from_opener),
    }
    for number, subject in enumerate(context.fixtures.others, 1):
        how, user, go = ways.get(number, ("", "", tab.go))
        link = context.link(subject).replace("://", f"://{user}", 1)
        yield context.image(f"content-{number}", subject.name + how, subject, link, move=partial(go, link))


def other_routes(context: ScenarioContext) -> Iterator[Observation]:
    """Other modes, the study list and other pages of the dist give no access to more."""
    main = context.fixtures.main
    for mode in OTHER_MODES:
        yield context.confined(f"mode-{mode}", f"The mode /{mode}", main, context.link(main, route=mode))
    search = context.address("") + "?mrn=108506"
    yield context.confined("study-list", "The study list with a search", main, search, token="")
    yield from other_pages(context)


def other_pages(context: ScenarioContext) -> Iterator[Observation]:
    """The dist's other HTML files, opened like the viewer."""
    main = context.fixtures.main
    for page in context.site.pages:
        yield context.confined(f"page-{page}", f"The page {page}", main, context.link(main, route=page))


def refused_links(context: ScenarioContext) -> Iterator[Observation]:
    """Links that must show a message and nothing else."""
    fixtures, main = context.fixtures, context.fixtures.main
    yield context.message("no-token", "The link has no token", ("no-token",), context.link(main, ""))
    for key, title, reasons, token in (
        ("wrong-token", "An unknown token", ("refused",), WRONG_TOKEN),
        ("foreign-token", "The token of another study", ("refused",), fixtures.foreign),
        ("expired-token", "An expired token", fixtures.expired_reasons, fixtures.expired),
    ):
        yield context.message(key, title, reasons, context.link(main, token), token=token)
    # In the fragment, because no server accepts a request line of 16 KiB.
    huge = f"{context.link(main, '')}#{context.settings.token_param}={HUGE_TOKEN}"
    yield context.message(
        "huge-token", "A token of 16 KiB, pasted after the #", ("bad-token",), huge, secret=HUGE_TOKEN
    )
    splitting = context.link(main, SPLITTING_TOKEN)
    yield context.message(
        "splitting-token", "A token with line breaks", ("bad-token",), splitting, secret=SPLITTING_TOKEN
    )


def faulty_archive(context: ScenarioContext) -> Iterator[Observation]:
    """An archive that redirects, and one that does not answer."""
    main = context.fixtures.main
    link = context.link(main)
    try:
        yield context.message(
            "redirect",
            "The archive redirects to another path, and to another site",
            ("failed", "unreachable"),  # some browsers do not tell a redirect from no answer
            link,
            move=partial(context.open_redirected, link, (context.address("elsewhere"), ELSEWHERE)),
            token=main.token,
        )
    finally:
        context.site.redirect("")
    yield context.message(
        "archive-down",
        "The archive does not answer",
        ("unreachable",),
        link,
        move=partial(context.open_without_archive, link),
        token=main.token,
    )


def own_modes(context: ScenarioContext, parts: Iterable[LoadedPart]) -> Iterator[Observation]:
    """The modes of the recipe's packages, each at its route."""
    for route in dict.fromkeys(part.route for part in parts if part.route and not part.problem):
        yield context.mode(f"own-mode-{route}", f"The mode /{route} of a package", context.fixtures.main, route)


AT_ONCE: tuple[tuple[Journey, ...], ...] = (
    (open_and_navigate, other_link_forms, refused_links, bad_links),
    (faulty_archive, other_routes, other_study_types),
)
"""The journeys that can run at the same time, in browsers of their own. Each group takes about as long as the other."""

JOURNEYS: tuple[Journey, ...] = tuple(journey for group in AT_ONCE for journey in group)
