"""Every published release in the catalogue, built and verified."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ohifbuild.cache.default import default_cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import SilentReporter
from ohifbuild.lock.resolve import resolve
from ohifbuild.releases.catalogue import catalogue
from ohifbuild.verification.evidence import Observation
from ohifbuild.workflow import build, report_of

LOADS_FROM_ELSEWHERE = re.compile(
    r"""(?:\bsrc=["'`]?|importScripts\(\s*["'`]|\bimport\(\s*["'`]|\b(?:import|from)\s*["'`])(?:https?:)?//\w"""
)
ONLY_IN_A_WORKER = re.compile(r"""typeof importScripts\s*===?\s*["'`]function""")
OWN_CLAIM = """
def test_own(ohif_viewer, share_link):
    '''A link opens its study.'''
    page = ohif_viewer.open(share_link(fragment=True))
    page.locator(".cornerstone-viewport-element canvas").first.wait_for()
    assert {request.decision for request in ohif_viewer.received()} == {"granted"}
"""
LANDMARKS = ["open", "fragment", "no-token", "two-files", "redirect", "mode-tmtv", "content-1"]
"""A scenario of each journey, in the order of the report."""

LATER = "/later.bundle."
"""The script of the modules that no link needs before its first image."""

PUBLISHED = [pin.version for pin in catalogue().releases.values() if pin.npm_integrity]


def waits_for_later_modules(seen: Observation) -> bool:
    """Whether an ordinary link's page needed a module before its script had come, and waited for it."""
    is_ordinary = seen.expects.outcome == "image" and "hangingprotocolid" not in seen.link.lower()
    return is_ordinary and any(LATER in sent.url and sent.resource_type == "xhr" for sent in seen.sent)


@pytest.mark.parametrize("version", PUBLISHED)
def test_every_claim_holds(tmp_path: Path, version: str) -> None:
    recipe = Recipe.of({"version": version, "from": "published", "output": tmp_path / "dist"})
    built = build(resolve(recipe, cache=default_cache()), cache=default_cache(), reporter=SilentReporter())
    assert built.evidence is not None
    assert built.evidence.ok
    assert report_of(built.evidence).is_file()
    ahead = [seen.guesses for seen in built.evidence.observations if seen.guesses and seen.expects.outcome == "image"]
    assert any(guesses.sent for guesses in ahead)
    assert [guesses for guesses in ahead if guesses.wrong or guesses.waiting] == []
    assert [seen.scenario for seen in built.evidence.observations if waits_for_later_modules(seen)] == []
    # Verify drives two browsers at once: each keeps to its own site, and the scenarios keep their order.
    seen = built.evidence.observations
    assert [o.scenario for o in seen if {urlsplit(r.url).port for r in o.sent} - {None, urlsplit(o.link).port}] == []
    assert [o.scenario for o in seen if o.scenario in LANDMARKS] == LANDMARKS


@pytest.mark.parametrize("version", PUBLISHED)
def test_a_dist_has_one_page_and_no_script_that_loads_one_from_another_host(tmp_path: Path, version: str) -> None:
    dist = tmp_path / "dist"
    recipe = Recipe.of({"version": version, "from": "published", "output": dist, "verify": False})
    build(resolve(recipe, cache=default_cache()), cache=default_cache(), reporter=SilentReporter())
    texts = {
        path.relative_to(dist).as_posix(): path.read_text(encoding="utf-8", errors="replace")
        for path in dist.rglob("*")
        if path.suffix in (".html", ".js", ".mjs")
    }
    assert [name for name in texts if name.endswith(".html")] == ["index.html"]
    # It calls importScripts only in a worker, and no page starts that worker; in a page it removes service workers.
    assert {name for name, text in texts.items() if LOADS_FROM_ELSEWHERE.search(text)} == {"init-service-worker.js"}
    assert ONLY_IN_A_WORKER.search(texts["init-service-worker.js"])
    assert not {"sw.js", "google.js", "oidc-client.min.js", "es6-shim.min.js", "polyfill.min.js"} & texts.keys()


def test_every_claim_holds_with_another_header_parameter_and_sub_path_and_so_does_a_packages_own(
    tmp_path: Path,
) -> None:
    (tmp_path / "test_own.py").write_text(OWN_CLAIM)
    recipe = Recipe.of(
        {
            "from": "published",
            "output": tmp_path / "dist",
            "claims": [tmp_path / "test_own.py"],
            "public_url": "/a/ohif/",
            "dicomweb_root": "/orthanc/dicom-web",
            "token_param": "key",
            "token_header": "Authorization",
            "token_scheme": "Bearer",
            "token_storage": "memory",
            "priors": "exact",
        }
    )
    built = build(resolve(recipe, cache=default_cache()), cache=default_cache(), reporter=SilentReporter())
    assert built.evidence is not None
    assert built.evidence.ok
    (own,) = (result for result in built.evidence.results if result.title == "A link opens its study")
    assert own.holds
