"""Attacks on what the page asks the archive before OHIF does."""

from __future__ import annotations

import json

from aiohttp import web

from attacks import weakenings as weak
from attacks.hostile_archive import Behaviour, redirecting
from attacks.model import PageAttack
from attacks.requirements import (
    all_of,
    archive_gets_nothing,
    archive_gets_only_the_study,
    attacker_gets_no_token,
    result_is,
    token_only_in_its_header,
)
from attacks.rows.archives import TWO
from attacks.rows.page_attacks import link
from attacks.visit import Visit

AHEAD = {"archive_first": True}
ASKED = "() => window[Symbol.for('ohifbuild')]?.guessed().sent > 0"
LATER_LINK = """
const { url, accept } = JSON.parse(document.getElementById('ohifbuild-settings').textContent).startup[0].one[0];
const both = [own, other].sort().join();
sessionStorage.setItem(`ohifbuild:/:${both}`, 'opens-nothing');
history.pushState(null, '', `/viewer?StudyInstanceUIDs=${both}`);
return (await fetch(url.replace('{study}', own), { headers: { Accept: accept } })).status;
"""


def _later_link(visit: Visit) -> object:
    visit.servers.archive.behaviour = None
    visit.open()
    visit.until(lambda: visit.page.evaluate(ASKED), 5.0)
    return visit.run(LATER_LINK)


def _naming_another_study(visit: Visit) -> Behaviour:
    series = {"vr": "UI", "Value": [f"1.2/../../../{visit.other}/series/1.2"]}
    rows = [{"0020000E": series, "00200011": {"vr": "IS", "Value": [1]}, "00080060": {"vr": "CS", "Value": ["CT"]}}]

    async def answer(_request: web.Request, tail: str) -> web.StreamResponse | None:
        text = json.dumps(rows)
        return web.Response(text=text, content_type="application/dicom+json") if tail.endswith("/series") else None

    return answer


def _own(visit: Visit) -> str:
    return visit.link()


ROWS = (
    PageAttack(
        "ahead-answer-for-a-later-link",
        "the page asked ahead for a study, goes on to a link whose token does not open it, and asks again",
        _later_link,
        result_is(401),
        weak.ANSWERS_FOR_ANY_LINK,
        recipe=AHEAD,
    ),
    link(
        "ahead-redirect",
        "the archive redirects what the page asks ahead",
        _own,
        all_of(token_only_in_its_header, attacker_gets_no_token),
        weak.REDIRECTS,
        archive=lambda _: redirecting(302, "/elsewhere/studies", part="studies"),
        recipe=AHEAD,
    ),
    link(
        "ahead-at-another-archive",
        "the link names an archive that is not the one of the first plan",
        lambda visit: visit.link(route="viewer/ward"),
        archive_gets_nothing,
        weak.PLAN_OF_ANY_ARCHIVE,
        recipe={**TWO, **AHEAD},
    ),
    link(
        "ahead-with-a-forged-uid",
        "the archive lists a series whose UID leads to another study",
        _own,
        archive_gets_only_the_study,
        weak.ANY_VALUE_IN_A_PLAN,
        archive=_naming_another_study,
        recipe=AHEAD,
    ),
)
