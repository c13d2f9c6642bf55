"""Names for the scripts whose bytes differ from the release's.

The bundler puts a hash of each script into its name, and browsers keep such a file for a year. ohifbuild minifies the
scripts and changes some of them. If they kept their names, a browser that was here before would mix files of two
versions of ohifbuild. So the hash is replaced by one that also depends on how the scripts were made; two releases
still share the scripts that are the same in both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ohifbuild.core.digests import digest_of
from ohifbuild.sources.base_viewer import bundled_files, entry_scripts

HASH = re.compile(r"\.([0-9a-f]{8,64})\.js$")


def rename_scripts(tree: Path, made_by: object, first: object = "") -> dict[str, str]:
    """Renames the bundler's scripts in ``tree``, and what refers to them.

    Args:
        tree: the files; a script is replaced, not written to, because it may be a link to another folder's.
        made_by: everything but the release's own bytes that decides what the scripts become.
        first: what besides decides what the entry script becomes.

    Returns:
        The new hash for each old one, for ``with_new_names``.
    """
    scripts = bundled_files(tree, ".js")
    hashes = {found[1] for path in scripts if (found := HASH.search(path.name))}
    names = {old: digest_of(old, made_by)[: len(old)] for old in sorted(hashes)}
    for path in entry_scripts(tree):
        if found := HASH.search(path.name):
            names[found[1]] = digest_of(found[1], made_by, first)[: len(found[1])]
    for path in scripts:
        text = path.read_text(encoding="utf-8")
        path.unlink()
        path.with_name(with_new_names(path.name, names)).write_text(with_new_names(text, names), encoding="utf-8")
    return names


def with_new_names(text: str, names: Mapping[str, str]) -> str:
    """The text with every old hash replaced; see ``rename_scripts``."""
    if not names:
        return text
    known = re.compile(rf"(?<![0-9A-Za-z])(?:{'|'.join(names)})(?![0-9A-Za-z])")
    return known.sub(lambda found: names[found[0]], text)
