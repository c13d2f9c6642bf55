"""Moves a finished dist to another sub-path or DICOMweb root by writing its page and its configuration again.

All other files in a dist find out their own URL (see ``portable.py``). The result equals a build with the changed
recipe, byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ohifbuild.config.recipe import Recipe
from ohifbuild.config.validation_errors import problems_in
from ohifbuild.core.errors import DistInvalid, IntegrityBroken, RecipeError
from ohifbuild.viewer.app_config import app_config, read_app_config
from ohifbuild.viewer.compress import compress_all, compressible
from ohifbuild.viewer.inject import FOLDER, INJECTED_START, index_html, startup_of
from ohifbuild.viewer.manifest import MANIFEST_NAME, Manifest, check_integrity, hash_tree, read_manifest
from ohifbuild.viewer.output import check_dist_output, evidence_folder, staged_dist
from ohifbuild.viewer.prepare import link_tree
from ohifbuild.viewer.staging import remove_leftovers

WRITTEN = ("index.html", "app-config.js")
COMPRESSED = (".br", ".gz")


def move_dist(
    dist: Path,
    output: Path,
    *,
    move_documents: Callable[[Path, Path, Path, Path], None],
    public_url: str | None = None,
    dicomweb_root: str | None = None,
) -> Manifest:
    """Writes ``dist`` with another URL or root to ``output``, which may be ``dist``.

    The report is not moved, because it is about the dist that ran in a browser.

    Args:
        dist: a finished dist.
        output: the folder of the moved dist.
        move_documents: writes the documents of the moved dist. Its arguments are the old dist, the old folder of
            documents, the new dist and the new folder of documents, as in ``supply.sbom_files.move_sbom_files``.
        public_url: the new public URL; None keeps the old one.
        dicomweb_root: the new DICOMweb root; None keeps the old one.

    Raises:
        DistInvalid: another version of ohifbuild built ``dist``, or it is not a dist.
        IntegrityBroken: ``dist`` was changed after it was built.
        RecipeError: the new public URL or DICOMweb root is invalid.
        OutputNotOurs, CacheUnusable, DiskFull: the errors of ``staged_dist``.
    """
    check_dist_output(output)
    remove_leftovers(dist)
    manifest = read_manifest(dist)
    if not check_integrity(dist).ok:
        raise IntegrityBroken(
            f"The files of {dist} do not match its manifest.",
            cause="Somebody changed them after the build.",
            fix=f"List them with: ohifbuild verify {dist} --integrity. Or build again with: ohifbuild build",
        )
    changes = {"public_url": public_url, "dicomweb_root": dicomweb_root}
    old, new = _recipes(dist, manifest, {key: value for key, value in changes.items() if value is not None})
    texts = {
        "index.html": _page(dist, old, new, str(manifest.inputs.get("release", ""))),
        "app-config.js": _configuration(dist, old, new),
    }
    with staged_dist(output) as stage:
        work = stage.dist
        link_tree(dist, work)
        (work / MANIFEST_NAME).unlink()
        for name, text in texts.items():
            for stale in (work / name, *(work / (name + suffix) for suffix in COMPRESSED)):
                stale.unlink(missing_ok=True)
            (work / name).write_text(text, encoding="utf-8")
        compress_all(work, [name for name in texts if compressible(name, (work / name).stat().st_size)])
        untouched = {name: entry for name, entry in manifest.files.items() if not name.startswith(WRITTEN)}
        options = new.model_dump(mode="json", include=set(manifest.inputs["options"]), exclude_none=True)
        moved = Manifest(hash_tree(work, known=untouched), {**manifest.inputs, "options": options})
        moved.write(work)
        move_documents(dist, evidence_folder(dist), work, stage.evidence)
    return moved


def _recipes(dist: Path, manifest: Manifest, changes: dict[str, str]) -> tuple[Recipe, Recipe]:
    """The recipe of the dist, according to its manifest, and the changed recipe."""
    try:
        options = dict(manifest.inputs["options"])
        old = Recipe.of(options)
    except (KeyError, TypeError, ValueError) as error:
        raise _unknown(dist, f"the options in its {MANIFEST_NAME}") from error
    try:
        return old, Recipe.of({**options, **changes})
    except ValidationError as error:
        raise RecipeError(
            f"{dist} cannot be moved: a new value is invalid.",
            details="\n".join(f"  {mistake}" for mistake in problems_in(error, Recipe, None, "", changes)),
            fix="Correct the values above.",
        ) from error


def _page(dist: Path, old: Recipe, new: Recipe, version: str) -> str:
    page = (dist / "index.html").read_text(encoding="utf-8")
    start = INJECTED_START.search(page)
    if not start:
        raise _unknown(dist, "the start of its index.html")
    rest = page[start.end() :].replace(f'="{old.public_url}', '="/')
    rest = re.sub(rf'(window\.PUBLIC_URL\s*=\s*)"{re.escape(old.public_url)}"', r'\1"/"', rest)
    return index_html(page[: start.start()] + rest, new, start["early"], version, startup_of(start["settings"]))


def _configuration(dist: Path, old: Recipe, new: Recipe) -> str:
    text = (dist / "app-config.js").read_text(encoding="utf-8")
    try:
        config = read_app_config(text)
        return app_config(new, _moved(config["extensions"], old, new), _moved(config["modes"], old, new))
    except (KeyError, TypeError, ValueError) as error:
        raise _unknown(dist, "its app-config.js") from error


def _moved(urls: Any, old: Recipe, new: Recipe) -> list[str]:
    """The URLs of our modules under the new public URL; the names of compiled extensions stay unchanged."""
    prefix = f"{old.public_url}{FOLDER}/"
    return [f"{new.public_url}{FOLDER}/{url.removeprefix(prefix)}" if url.startswith(prefix) else url for url in urls]


def _unknown(dist: Path, what: str) -> DistInvalid:
    return DistInvalid(
        f"{dist} cannot be moved: this version of ohifbuild does not recognize {what}.",
        cause="Another version of ohifbuild built it.",
        fix="Build it again with: ohifbuild build",
    )
