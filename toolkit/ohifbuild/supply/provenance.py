"""Where a dist came from: an in-toto statement (v1) with a SLSA provenance predicate (v1), unsigned.

Signing is the pipeline's: ``actions/attest-build-provenance`` or ``cosign`` sign the digest of the manifest, which
stands for every file. The statement holds no time and no host, so that the same lock gives the same bytes; a
pipeline's signature adds both.

Written here because ``in-toto-attestation``, last released in 2023, would bring protobuf for 20 lines of JSON.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from ohifbuild import __version__
from ohifbuild.core.documents import parse_json
from ohifbuild.core.errors import ProvenanceMismatch
from ohifbuild.releases.catalogue import ReleasePin, catalogue
from ohifbuild.viewer.manifest import MANIFEST_NAME, Manifest, check_integrity, read_manifest

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "https://ohifbuild.dev/build/v1"


def provenance(dist: Path, manifest: Manifest, pin: ReleasePin, origin: str, source: str) -> str:
    """The statement about ``dist``, as JSON text.

    Args:
        source: the git remote the release's tag was, or would be, taken from.
    """
    statement = {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": MANIFEST_NAME, "digest": {"sha256": _sha256(dist / MANIFEST_NAME)}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": manifest.inputs,
                "resolvedDependencies": _dependencies(pin, origin, source),
            },
            "runDetails": {
                "builder": {"id": f"pkg:pypi/ohifbuild@{__version__}"},
                "byproducts": [{"name": "dist", "digest": {"sha256": manifest.digest.removeprefix("sha256:")}}],
            },
        },
    }
    return _json(statement)


def moved_provenance(text: str, old: Path, new: Path) -> str:
    """The statement ``text`` about the dist ``old`` for ``new``, which was made of it; "" if it is not about ``old``.

    Raises:
        DistInvalid: ``new`` has no manifest.
    """
    manifest = read_manifest(new)
    try:
        statement = parse_json(text)
        if not _is_about(statement, old):
            return ""
        predicate = statement["predicate"]
        statement["subject"][0]["digest"]["sha256"] = _sha256(new / MANIFEST_NAME)
        predicate["buildDefinition"]["externalParameters"] = manifest.inputs
        predicate["runDetails"]["byproducts"][0]["digest"]["sha256"] = manifest.digest.removeprefix("sha256:")
    except (ValueError, KeyError, TypeError, IndexError):
        return ""
    return _json(statement)


def check_provenance(dist: Path, statement: Path) -> None:
    """Whether ``statement`` is about exactly the files of ``dist``.

    Raises:
        DistInvalid: the dist has no manifest.
        ProvenanceMismatch: the statement is none, is about something else, or a file differs from the manifest.
    """
    manifest = read_manifest(dist)
    try:
        about = _is_about(parse_json(statement.read_text(encoding="utf-8")), dist)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _mismatch(
            f"{statement} is not a provenance statement.", "It is missing, damaged or of another kind."
        ) from error
    if not about:
        raise _mismatch(f"{statement} is not about {dist}.", "The dist was built again, or its manifest was changed.")
    found = check_integrity(dist)
    if not found.ok:
        names = (*found.changed, *found.missing, *found.added)
        raise _mismatch(
            f"{len(names)} files of {dist} are not what its manifest says, such as {names[0]}.",
            f"The dist {manifest.digest} was changed after it was built.",
        )


def _dependencies(pin: ReleasePin, origin: str, source: str) -> list[dict[str, Any]]:
    if origin == "git":
        known = catalogue().releases.get(pin.version)
        name = f"refs/tags/{pin.tag}" if known and known.commit == pin.commit else pin.commit
        return [{"uri": f"git+{source}@{name}", "digest": {"gitCommit": pin.commit}}]
    algorithm, _, value = (pin.npm_integrity or "").partition("-")
    return [{"uri": f"pkg:npm/%40ohif/app@{pin.version}", "digest": {algorithm: base64.b64decode(value).hex()}}]


def _is_about(statement: Any, dist: Path) -> bool:
    """
    Raises:
        KeyError, TypeError: it is no statement.
    """
    subjects = {subject["name"]: subject["digest"]["sha256"] for subject in statement["subject"]}
    kind = (statement["_type"], statement["predicateType"])
    return kind == (STATEMENT_TYPE, PREDICATE_TYPE) and subjects.get(MANIFEST_NAME) == _sha256(dist / MANIFEST_NAME)


def _json(statement: Any) -> str:
    return json.dumps(statement, indent=1, ensure_ascii=False) + "\n"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _mismatch(what: str, cause: str) -> ProvenanceMismatch:
    return ProvenanceMismatch(what, cause=cause, fix="Take the dist and its statement from one build.")
