"""Attacks on videos that play while they arrive: their addresses, and the service worker that answers these."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from aiohttp import web

from attacks import weakenings as weak
from attacks.hostile_archive import Behaviour, redirecting
from attacks.model import Outcome, PageAttack
from attacks.requirements import all_of, attacker_gets_no_token, site_gets_no, token_only_in_its_header
from attacks.rows.page_attacks import VIDEO, script
from attacks.visit import Visit

CLIP = files("ohifbuild.verification.dataset").joinpath("clip.mp4").read_bytes()
HTML = b"<!doctype html><script>parent.ran = true</script>"

MAKE = """const video = window.video = document.createElement('video');
video.src = `${root}/studies/${own}/rendered`;
while (!video.attributes.getNamedItem('src')) await new Promise(done => setTimeout(done, 20));
return video.attributes.getNamedItem('src').value;"""
PLAYS = """const video = within.createElement('video');
const ended = new Promise(done => { video.oncanplay = () => done('it plays'); video.onerror = () => done('no'); });
video.setAttribute('src', '%s');
return await ended;"""
IN_FRAME = """const frame = document.createElement('iframe');
const loaded = new Promise(done => { frame.onload = done; });
frame.setAttribute('src', '%s'); document.body.append(frame);
await loaded; """


def in_pieces(body: bytes, media_type: str) -> Behaviour:
    """An archive that knows ranges."""

    async def answer(_request: web.Request, tail: str) -> web.StreamResponse | None:
        if "rendered" not in tail:
            return None
        headers = {"Content-Type": media_type, "Content-Range": f"bytes 0-{len(body) - 1}/{len(body)}"}
        return web.Response(status=206, body=body, headers=headers)

    return answer


def only_its_page_plays_it(outcome: Outcome) -> str:
    """Nobody but the page that made the address of a video gets the video from it."""
    return "" if outcome.result == "no" else f"it was answered: {outcome.result}"


def runs_nothing(outcome: Outcome) -> str:
    """No script of a stored document runs."""
    return "the document's script ran" if outcome.result else ""


def _address(visit: Visit, body: bytes = CLIP, media_type: str = "video/mp4") -> str:
    visit.servers.archive.behaviour = in_pieces(body, media_type)
    visit.open()
    return str(visit.run(MAKE))


def in_a_frame(visit: Visit) -> Any:
    """A frame of the same path, with no link, plays the address."""
    address = _address(visit)
    return visit.run(IN_FRAME % "/viewer" + "const within = frame.contentDocument; " + PLAYS % address)


def in_another_tab(visit: Visit) -> Any:
    """A tab with the link of another study plays the address."""
    address = _address(visit)
    tab = visit.context.new_page()
    visit.go(visit.link(studies=visit.other, token=visit.other_token), tab)
    tab.wait_for_function("window[Symbol.for('ohifbuild')]?.link().status === 'ready'")
    return visit.run("const within = document; " + PLAYS % address, tab)


def opened_as_a_page(visit: Visit) -> Any:
    """The address of a stored page is opened in a frame."""
    address = _address(visit, HTML, "text/html")
    return visit.run(IN_FRAME % address + "return !!window.ran")


ROWS = (
    PageAttack(
        "media-frame",
        "the address of a video, in a frame of the same path",
        in_a_frame,
        only_its_page_plays_it,
        weak.ANY_PAGE_IS_ASKED,
    ),
    PageAttack(
        "media-tab",
        "the address of a video, in a tab with another link",
        in_another_tab,
        only_its_page_plays_it,
        weak.ANY_PAGE_IS_ASKED,
    ),
    PageAttack(
        "media-page",
        "the address of a video that is a page with a script, opened in a frame",
        opened_as_a_page,
        runs_nothing,
        weak.ADDRESSES_ARE_PAGES,
    ),
    script(
        "media-redirect",
        "the archive redirects a video to another path of the origin",
        f"const url = `${{root}}/studies/${{own}}/rendered`; {VIDEO}",
        all_of(site_gets_no("/elsewhere"), attacker_gets_no_token, token_only_in_its_header),
        weak.REDIRECTS,
        archive=redirecting(302, "/elsewhere/video", part="rendered"),
    ),
)
