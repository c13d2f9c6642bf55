"""A dist with a page and nothing else, for tests of what is written beside it."""

from __future__ import annotations

from pathlib import Path

from dists import page_settings, settings_element
from ohifbuild.viewer.manifest import Manifest, hash_tree


def write_small_dist(dist: Path, **settings: object) -> Path:
    """Writes the dist; ``settings`` are those of its page, by their JavaScript names."""
    dist.mkdir(exist_ok=True)
    (dist / "index.html").write_text(settings_element(page_settings(**settings)) + "<script>1</script>")
    (dist / "app-config.js").write_text("window.config = {};\n")
    Manifest(hash_tree(dist), {}).write(dist)
    return dist
