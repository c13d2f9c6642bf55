"""Attacks on viewers with several archives, with portals, and with texts of the recipe in the page."""

from __future__ import annotations

from typing import Any

from attacks import weakenings as weak
from attacks.model import PageAttack
from attacks.requirements import all_of, archive_gets_nothing, says, script_does_not_run, site_gets_no
from attacks.rows.page_attacks import FETCH, XHR, link, script
from attacks.rows.studies import framed, viewer_is_out_of_reach
from attacks.visit import Visit

TWO: dict[str, Any] = {
    "data_sources": [
        {"name": "main", "dicomweb_root": "/dicom-web"},
        {"name": "ward", "qido_root": "/ward/rs", "wado_root": "/ward/rs", "wado_uri_root": "/ward/wado"},
    ]
}
NESTED: dict[str, Any] = {
    "data_sources": [
        {"name": "main", "dicomweb_root": "/dicom-web"},
        {"name": "ward", "dicomweb_root": "/dicom-web/ward"},
    ]
}
OTHER_ARCHIVE = site_gets_no("/ward/")
MARKUP = "</title><script>window.pwned = true</script>"


def _ward(visit: Visit) -> str:
    return visit.link(route="viewer/ward")


def _script_of_the_recipe(visit: Visit) -> bool:
    visit.open()
    return visit.run("return window.pwned === true") is True


ROWS = (
    script("other-archive-by-fetch", "code requests the study from an archive that the link does not name", f"const url = `/ward/rs/studies/${{own}}`; {FETCH}", OTHER_ARCHIVE, weak.ANY_ARCHIVE, recipe=TWO),
    script("other-archive-by-xhr", "the same with XMLHttpRequest", f"const url = `/ward/rs/studies/${{own}}/metadata`; {XHR}", OTHER_ARCHIVE, weak.ANY_ARCHIVE, recipe=TWO),
    script("other-archive-by-wado-uri", "the same at its root for WADO-URI", f"const url = `/ward/wado?requestType=WADO&studyUID=${{own}}&objectUID=1.2`; {FETCH}", site_gets_no("/ward/wado"), weak.ANY_ARCHIVE, recipe=TWO),
    script("archive-inside-the-root-of-another", "the same of an archive whose root is inside that of the link's archive", f"const url = `/dicom-web/ward/studies/${{own}}`; {FETCH}", site_gets_no("/dicom-web/ward/"), weak.ANY_ARCHIVE, recipe=NESTED),
    script("first-archive-with-the-token-of-another", "the link names the other archive, code requests the first", f"const url = `${{root}}/studies/${{own}}`; {FETCH}", archive_gets_nothing, weak.ANY_ARCHIVE, recipe=TWO, link=_ward),
    script("token-of-another-archive-in-one-tab", "the page goes on to the same study at another archive", f"history.pushState(null, '', `/viewer?StudyInstanceUIDs=${{own}}`); const url = `${{root}}/studies/${{own}}`; {FETCH}", archive_gets_nothing, weak.ONE_KEY_FOR_ALL_ARCHIVES, recipe=TWO, link=_ward),
    link("unlisted-archive", "the link names an archive that the viewer does not have", lambda v: v.link(route="viewer/other"), all_of(says("bad-link"), archive_gets_nothing), weak.UNLISTED_IS_DEFAULT, recipe=TWO),
    link("two-archives-in-a-link", "the link names two archives, and servers differ in which counts", lambda v: v.link(route="viewer/main/ward"), all_of(says("bad-link"), archive_gets_nothing), weak.UNLISTED_IS_DEFAULT, recipe=TWO),
    PageAttack(
        "framed-with-portals",
        "the viewer may be framed by portals, and the attacker's page is none of them",
        framed,
        viewer_is_out_of_reach,
        weak.BARE,
        servers=("headers",),
        recipe={"embed_in": ["https://portal.example"]},
    ),
    PageAttack(
        "recipe-with-markup",
        "a name, a contact, a customization and a key of OHIF's configuration hold a script",
        _script_of_the_recipe,
        script_does_not_run,
        weak.UNESCAPED_TITLE,
        recipe={
            "branding": {"name": MARKUP, "contact": MARKUP},
            "app_config": {"x": MARKUP},
            "customizations": {"x": {"$set": MARKUP}},
        },
    ),
)  # fmt: skip
