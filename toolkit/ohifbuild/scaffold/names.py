"""Names of new packages: which npm and OHIF accept, and the names in the code that are made from one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# npm's rules for new packages: https://docs.npmjs.com/cli/configuring-npm/package-json#name
PART = re.compile(r"[a-z0-9][a-z0-9._-]*")
LONGEST = 214
# Names that npm refuses, and the modules of Node that an import would find instead of the package.
RESERVED = _names(
    """
    node_modules favicon.ico
    assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns domain
    events fs http http2 https inspector module net os path perf_hooks process punycode querystring readline repl
    stream string_decoder sys timers tls trace_events tty url util v8 vm wasi worker_threads zlib
    """
)
OHIF_SCOPE = "@ohif"
# Routes of OHIF itself and of the modes that its releases contain, from 3.9 to 3.14.
OHIF_ROUTES = _names(
    """
    viewer basic basic-test segmentation microscopy tmtv preclinical-4d dynamic-volume usannotation ultrasound
    local localbasic debug datasources login callback logout notfoundstudy notfoundserver logout-redirect
    dicomweb dicomjson dicomlocal tracked longitudinal dev ohifbuild dicom-web
    """
)


@dataclass(frozen=True)
class PackageName:
    """An npm name, and what the templates call things after it.

    ``@clinic/extension-notes`` has the base ``extension-notes``, the word ``notes`` and the title ``Notes``.
    """

    npm: str

    @property
    def base(self) -> str:
        """The name without its scope: the name of the package's folder."""
        return self.npm.rpartition("/")[2]

    @cached_property
    def word(self) -> str:
        """Letters, digits and hyphens that name the package's modules and its route."""
        plain = re.sub(r"[^a-z0-9]+", "-", self.base).strip("-")
        return re.sub(r"^(ohif-)?(extension-|mode-)?(?=.)", "", plain)

    @property
    def title(self) -> str:
        """The word as a heading."""
        return self.word.replace("-", " ").capitalize()

    @property
    def identifier(self) -> str:
        """The word as the end of a name in JavaScript, such as ``CtNotes``."""
        return "".join(part.capitalize() for part in self.word.split("-"))

    @property
    def of_mode(self) -> PackageName:
        """The name of the mode that shows this extension."""
        scope, slash, _ = self.npm.rpartition("/")
        return PackageName(f"{scope}{slash}mode-{self.word}")


def name_problems(name: str) -> list[str]:
    """Why npm or OHIF refuses the name; nothing if they accept it."""
    scope, slash, base = name.rpartition("/")
    shown = repr(name if len(name) <= 60 else f"{name[:60]}…")
    found = []
    if len(name) > LONGEST:
        found.append(f"The name {shown} has {len(name)} letters; npm allows {LONGEST}.")
    scoped = scope.startswith("@") and PART.fullmatch(scope[1:])
    if not PART.fullmatch(base) or (slash and not scoped):
        found.append(
            f"The name {shown} is not an npm name. Write lower-case letters, digits, '-', '.' and '_', with a letter "
            "or digit first, such as extension-notes or @clinic/extension-notes."
        )
    if not slash and base in RESERVED:
        found.append(f"The name {shown} is reserved by npm or Node.")
    if scope == OHIF_SCOPE:
        found.append(f"The name {shown} is in OHIF's own scope.")
    return found
