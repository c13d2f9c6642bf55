"""Recipes: any file gives a ``Recipe`` or a ``RecipeError`` that can be printed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import tomli_w

from fuzz.spoil import spoilt, text
from fuzz.target import Check
from ohifbuild.config.recipe import Recipe, load_recipe
from ohifbuild.core.errors import RecipeError

STRINGS = (
    "version", "from", "output", "public_url", "dicomweb_root", "dicom_json", "token_param", "token_header",
    "token_scheme", "token_storage", "priors", "app_config_module", "source", "ref", "workspace",
)  # fmt: skip
LISTS = ("token_roots", "connect", "patches", "extensions", "allow_missing", "claims", "embed_in")
LIKELY = {
    "version": ("v3-stable", "3.12.0"),
    "public_url": ("/", "/ohif/"),
    "dicomweb_root": ("/dicom-web", "/pacs/dicom-web", "https://pacs.example/dicom-web"),
    "connect": ("https://fonts.example", "https://a.example:8443"),
    "embed_in": ("https://portal.example",),
    "token_param": ("token", "key"),
    "token_header": ("token", "Authorization", "X_Token"),
    "token_scheme": ("Bearer", ""),
    "token_storage": ("tab", "memory"),
    "priors": ("never", "exact"),
    "token_roots": ("/files", "/pacs/wado"),
}
WORDS = (
    *tuple(f"{key} = ".encode() for key in (*STRINGS, *LISTS)),
    b"[branding]\n",
    b"[[data_sources]]\n",
    b"[[[[",
    b"{}",
)


def tables(random: Random) -> dict[str, object]:
    """A recipe as TOML has it; most of it is valid."""
    made: dict[str, object] = {}
    for key in random.sample(STRINGS, random.randrange(4)):
        made[key] = _value(random, key)
    for key in random.sample(LISTS, random.randrange(3)):
        made[key] = [_value(random, key) for _ in range(random.randrange(3))]
    if random.random() < 0.5:
        made["branding"] = {
            key: text(random, "Ward 7", "call 112")
            for key in random.sample(("name", "contact", "logo"), random.randrange(3))
        }
    for key in ("app_config", "customizations"):
        if random.random() < 0.5:
            made[key] = _table(random, 3)
    if random.random() < 0.2:
        made["data_sources"] = [
            {
                "name": random.choice(("a", "b", text(random))),
                "dicomweb_root": random.choice(("/a", "/b", text(random))),
            }
            for _ in range(random.randrange(1, 3))
        ]
    return made


def generate(random: Random) -> bytes:
    return spoilt(random, tomli_w.dumps(tables(random)).encode(), WORDS)


@contextmanager
def checker() -> Iterator[Check]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ohifbuild.toml"

        def check(data: bytes) -> None:
            path.write_bytes(data)
            try:
                assert isinstance(load_recipe(path, {}), Recipe)
            except RecipeError as error:
                printable(error.what, error.details, error.cause, error.fix)

        yield check


def printable(*texts: str) -> None:
    """Fails unless a terminal can show all of it."""
    for given in texts:
        given.encode("utf-8")
        assert len(given) < 100_000, "nobody reads so long an error"


def _value(random: Random, key: str) -> object:
    if random.random() < 0.7 and key in LIKELY:
        return random.choice(LIKELY[key])
    return random.choice((text(random), text(random), 7, True, [], {}))


def _table(random: Random, depth: int) -> dict[str, object]:
    return {text(random, "a", "title", "whiteLabeling"): _any(random, depth - 1) for _ in range(random.randrange(4))}


def _any(random: Random, depth: int) -> object:
    kind = random.randrange(7 if depth > 0 else 5)
    if kind == 5:
        return [_any(random, depth - 1) for _ in range(random.randrange(3))]
    if kind == 6:
        return _table(random, depth)
    return (text(random, "name"), random.choice((0, -1, 2**53, 10**30, -(2**70))), 0.1 + random.random(), True, "")[
        kind
    ]
