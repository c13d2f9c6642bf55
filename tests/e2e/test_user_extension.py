"""A user's extension, injected together with ours, in a real browser."""

from __future__ import annotations

import json
from pathlib import Path

from ohifbuild.cache.default import default_cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.contract.settings import read_settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.lock.resolve import resolve
from ohifbuild.verification.browser import find_browser, started
from ohifbuild.verification.dataset import cached_dataset
from ohifbuild.verification.egress_proxy import egress_proxy
from ohifbuild.verification.embedded_archive import EmbeddedArchive
from ohifbuild.verification.fixtures import prepare_fixtures
from ohifbuild.verification.session import tab, window
from ohifbuild.verification.viewer_site import site
from ohifbuild.workflow import build

MODULE = """
import { title } from './title.js';
export default { id: 'ward', preRegistration: () => { document.documentElement.dataset.ward = title; } };
"""


def test_a_package_of_es_modules_is_loaded_by_ohif(tmp_path: Path) -> None:
    package = tmp_path / "ward"
    package.mkdir()
    (package / "package.json").write_text(json.dumps({"name": "ward", "ohifbuild": {"extension": "./index.js"}}))
    (package / "index.js").write_text(MODULE)
    (package / "title.js").write_text("export const title = 'radiology';")
    reporter, cache, dist = SilentReporter(), default_cache(), tmp_path / "dist"
    options = {"from": "published", "output": dist, "extensions": [package], "verify": False}
    build(resolve(Recipe.of(options), cache=cache), cache=cache, reporter=reporter)

    settings = read_settings(dist)
    parts = prepare_fixtures(settings)
    main = parts.fixtures.main
    with (
        site(dist, EmbeddedArchive(cached_dataset(cache)), parts.tokens) as running,
        egress_proxy() as proxy,
        started(find_browser(reporter), reporter) as browser,
        window(browser, running.origin, proxy) as context,
        tab(context, running.origin) as page,
    ):
        page.go(running.link(main.studies, main.token))
        assert page.until(lambda: page.page.evaluate("document.documentElement.dataset.ward")) == "radiology"
