"""An npm that is configured to use our own registry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from npm_registry import Registry, serving, tarball
from ohifbuild.cache.entries import Cache

__all__ = ["Registry", "tarball"]


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """The registry, and an npm that is configured to use it by its user's own npmrc."""
    with serving(Registry()) as registry:
        configure(tmp_path, monkeypatch, f"registry={registry.url}/")
        yield registry


def configure(folder: Path, monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    npmrc = folder / "npmrc"
    usual = [f"cache={folder / 'npm-cache'}", "fetch-retries=1", "fetch-retry-mintimeout=1", "fetch-retry-maxtimeout=1"]
    npmrc.write_text("\n".join([*usual, *lines]) + "\n")
    monkeypatch.setenv("NPM_CONFIG_USERCONFIG", str(npmrc))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("NPM_CONFIG_REGISTRY", raising=False)
    monkeypatch.delenv("npm_config_registry", raising=False)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")
