"""Checks of how long browsers cache the files that change with every build."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ohifbuild.doctor.checks.remedies import send_header
from ohifbuild.doctor.client import Answer
from ohifbuild.doctor.decompress import unpacked
from ohifbuild.doctor.fetch_files import CONFIG, INDEX
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.observations import Evidence, ViewerEvidence
from ohifbuild.server.headers import CACHE_NEVER, CACHE_REVALIDATE

AGE = re.compile(r"(?:^|[,\s])(?:s-maxage|max-age)\s?=\s?\"?(\d{1,10})")
WORKER = "init-service-worker.js"
UNREGISTERS = b"unregister()"


def caching(evidence: Evidence) -> Finding:
    """Whether browsers do not store the page, and revalidate its configuration."""
    check = Check("caching", "Caching")
    if evidence.viewer is None:
        return check.not_checked()
    answers = _that_change(evidence.viewer)
    kept = {name: seconds for name, answer in answers.items() if (seconds := seconds_kept(answer))}
    if kept:
        name, seconds = next(iter(kept.items()))
        return check.wrong(
            f"Browsers cache {name} for {_length(seconds)} without revalidation.",
            "After an update they request files that no longer exist: the page is blank until the cache is cleared.",
            _right_headers({name: answers[name] for name in kept}),
            stops=False,
        )
    vague = [name for name, answer in answers.items() if not answer.get("cache-control")]
    if vague:
        return check.note(
            f"{' and '.join(vague)} have no Cache-Control.",
            "Browsers decide how long they cache them, so updates arrive late.",
            _right_headers({name: answers[name] for name in vague}),
        )
    if CACHE_NEVER not in answers[INDEX].get("cache-control").lower():
        return check.note(
            f"Browsers store {INDEX} on the disk, although they revalidate it.",
            "They store it under the whole link: with ?token= the token is in the browser's files.",
            _right_headers({INDEX: answers[INDEX]}),
        )
    return check.right("Browsers do not store the page, and revalidate its configuration.")


def _right_headers(answers: Mapping[str, Answer]) -> str:
    """The server's configuration for the right headers."""
    values = {name: CACHE_NEVER if name == INDEX else CACHE_REVALIDATE for name in answers}
    return "\n".join(
        f"For {name}: {send_header(answers[name], 'Cache-Control', value)}" for name, value in values.items()
    )


def _that_change(viewer: ViewerEvidence) -> dict[str, Answer]:
    configuration = {file.name: file.answer for file in viewer.files if file.name == CONFIG}
    return {
        INDEX: viewer.page_answer,
        **{name: answer for name, answer in configuration.items() if answer.status == 200},
    }


def seconds_kept(answer: Answer) -> int:
    """How long browsers may use an answer without revalidation (RFC 9111 5.2.2)."""
    directives = answer.get("cache-control").lower()
    if "no-cache" in directives or "no-store" in directives:
        return 0
    ages = [int(age) for age in AGE.findall(directives)]
    return max(ages, default=0)


def _length(seconds: int) -> str:
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"


def service_worker(evidence: Evidence) -> Finding:
    """Whether the page removes the service workers of earlier viewers from browsers."""
    check = Check("service-worker", "Service workers")
    viewer = evidence.viewer
    if viewer is None:
        return check.not_checked()
    found = next((file.answer for file in viewer.files if file.name == WORKER), None)
    if found and found.status == 200 and UNREGISTERS in (unpacked(found) or b""):
        return check.right("The page removes those of earlier viewers.")
    return check.note(
        f"{WORKER} is missing, or does not remove service workers.",
        "A browser that used an older viewer here may still run its files.",
        "In that browser: Developer tools, Application, Service workers, Unregister; or clear the site's data.",
    )
