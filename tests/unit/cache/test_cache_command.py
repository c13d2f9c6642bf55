from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ohifbuild.cache.entries import Cache
from ohifbuild.cache.upkeep import prune, usage
from ohifbuild.commands.main import cli


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cache:
    monkeypatch.setenv("OHIFBUILD_CACHE", str(tmp_path))
    return Cache(tmp_path)


def one_file(work: Path) -> None:
    (work / "file").write_bytes(b"x" * 5000)


def test_the_cache_is_shown_and_emptied(cache: Cache) -> None:
    cache.entry("npm", "key", one_file)
    shown = CliRunner().invoke(cli, ["cache", "info"])
    assert str(cache.root) in shown.stdout
    assert "npm" in shown.stdout
    document = json.loads(CliRunner().invoke(cli, ["cache", "info", "--json"]).stdout)
    assert [(kind["kind"], kind["entries"]) for kind in document["kinds"]] == [("npm", 1)]
    freed = json.loads(CliRunner().invoke(cli, ["cache", "prune", "--all", "--json"]).stdout)
    assert freed["entries"] == 1
    assert not cache.has("npm", "key")


@pytest.mark.parametrize("flags", [[], ["--all", "--unused-days", "3"], ["--unused-days", "-1"]])
def test_prune_requires_exactly_one_of_its_options(cache: Cache, flags: list[str]) -> None:
    cache.entry("npm", "key", one_file)
    assert CliRunner().invoke(cli, ["cache", "prune", *flags]).exit_code == 2
    assert cache.has("npm", "key")


def test_build_logs_are_pruned_too(cache: Cache) -> None:
    log = cache.root / "logs" / "3.12.0.log"
    log.parent.mkdir(parents=True)
    log.write_text("what the bundler said")
    assert usage(cache)[0].bytes > 0
    assert prune(cache, unused_days=None).entries == 1
    assert not log.exists()
