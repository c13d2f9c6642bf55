"""What `ohifbuild new` writes, unedited, in each published release."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from ohifbuild.cache.default import default_cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.contract.settings import read_settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.lock.resolve import resolve
from ohifbuild.releases.catalogue import catalogue
from ohifbuild.scaffold.package_request import MODULES, package_request
from ohifbuild.scaffold.write_package import write_package
from ohifbuild.verification.dataset import cached_dataset
from ohifbuild.verification.egress_proxy import egress_proxy
from ohifbuild.verification.embedded_archive import EmbeddedArchive
from ohifbuild.verification.fixtures import prepare_fixtures
from ohifbuild.verification.viewer_site import site
from ohifbuild.verification.windows import window
from ohifbuild.workflow import build

PUBLISHED = [pin.version for pin in catalogue().releases.values() if "published" in pin.verified]
PATIENCE = 60_000


@pytest.mark.parametrize("version", PUBLISHED)
def test_every_module_of_a_new_package_shows(tmp_path: Path, version: str, browser: Browser) -> None:
    language = "javascript" if PUBLISHED.index(version) % 2 else "typescript"
    wanted = package_request("@clinic/extension-notes", tmp_path / "notes", "extension", MODULES, language)
    write_package(wanted)
    cache, dist = default_cache(), tmp_path / "dist"
    recipe = Recipe.of(
        {
            "version": version,
            "from": "published",
            "output": dist,
            "extensions": [wanted.into, wanted.into / "mode"],
            "verify": False,
        }
    )
    build(resolve(recipe, cache=cache), cache=cache, reporter=SilentReporter())
    parts = prepare_fixtures(read_settings(dist))
    main = parts.fixtures.main
    with (
        site(dist, EmbeddedArchive(cached_dataset(cache)), parts.tokens) as running,
        egress_proxy() as proxy,
        window(browser, running.origin, proxy) as context,
    ):
        page = context.new_page()
        page.goto(running.link(main.studies, main.token, route="notes"))
        expect(page.get_by_text("Viewport of Notes").first).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_role("heading", name="Hello from Notes")).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_text("Notes: CT").first).to_be_visible(timeout=PATIENCE)
        page.locator("[data-cy='ShowNotes']").first.click()
        expect(page.get_by_text("The command ran.").first).to_be_visible()
        names = ("dataSourcesModule.notes", "viewportModule.notes")
        known = "name => !!window.extensionManager.getModuleEntry(`@clinic/extension-notes.${name}`)"
        assert [page.evaluate(known, name) for name in names] == [True, True]
        protocol = "window.services.hangingProtocolService.getProtocolById('notes-pair')?.id"
        assert page.evaluate(protocol) == "notes-pair"
        page.close()
