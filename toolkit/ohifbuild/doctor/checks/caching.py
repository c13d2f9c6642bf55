"""How long browsers keep what changes with every build."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ohifbuild.doctor.checks.remedies import send_header
from ohifbuild.doctor.client import Answer
from ohifbuild.doctor.coding import unpacked
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.gather_files import CONFIG, INDEX
from ohifbuild.doctor.gathered import Evidence, ViewerSeen
from ohifbuild.server.headers import CACHE_NEVER, CACHE_REVALIDATE

AGE = re.compile(r"(?:^|[,\s])(?:s-maxage|max-age)\s?=\s?\"?(\d{1,10})")
WORKER = "init-service-worker.js"
UNREGISTERS = b"unregister()"


def caching(evidence: Evidence) -> Finding:
    """Whether browsers ask again for the page and its configuration."""
    about = Check("caching", "Caching")
    if evidence.viewer is None:
        return about.untried()
    answers = _that_change(evidence.viewer)
    kept = {name: seconds for name, answer in answers.items() if (seconds := seconds_kept(answer))}
    if kept:
        name, seconds = next(iter(kept.items()))
        return about.wrong(
            f"Browsers keep {name} for {_length(seconds)} without asking.",
            "After an update they run old files that are no more there: a blank page, until the cache is emptied.",
            _as_it_should_be(answers),
            stops=False,
        )
    vague = [name for name, answer in answers.items() if not answer.get("cache-control")]
    if vague:
        return about.note(
            f"{' and '.join(vague)}: no Cache-Control.",
            "Browsers keep them as long as they see fit: updates arrive late.",
            _as_it_should_be(answers),
        )
    if CACHE_NEVER not in answers[INDEX].get("cache-control").lower():
        return about.note(
            f"Browsers keep {INDEX} on their disk, though they ask again.",
            "They keep it under the whole link: with ?token= its token is in the browser's files.",
            _as_it_should_be(answers),
        )
    return about.right("Browsers keep no page, and ask again for its configuration.")


def _as_it_should_be(answers: Mapping[str, Answer]) -> str:
    """How the server is told."""
    values = {name: CACHE_NEVER if name == INDEX else CACHE_REVALIDATE for name in answers}
    return "\n".join(
        f"For {name}: {send_header(answers[name], 'Cache-Control', value)}" for name, value in values.items()
    )


def _that_change(viewer: ViewerSeen) -> dict[str, Answer]:
    configuration = {file.name: file.answer for file in viewer.files if file.name == CONFIG}
    return {
        INDEX: viewer.page_answer,
        **{name: answer for name, answer in configuration.items() if answer.status == 200},
    }


def seconds_kept(answer: Answer) -> int:
    """How long an answer may be used without asking again (RFC 9111 5.2.2)."""
    said = answer.get("cache-control").lower()
    if "no-cache" in said or "no-store" in said:
        return 0
    ages = [int(age) for age in AGE.findall(said)]
    return max(ages, default=0)


def _length(seconds: int) -> str:
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"


def service_worker(evidence: Evidence) -> Finding:
    """Whether the page removes service workers that earlier viewers left in browsers."""
    about = Check("service-worker", "Service workers")
    viewer = evidence.viewer
    if viewer is None:
        return about.untried()
    found = next((file.answer for file in viewer.files if file.name == WORKER), None)
    if found and found.status == 200 and UNREGISTERS in (unpacked(found) or b""):
        return about.right("The page removes those that earlier viewers left.")
    return about.note(
        f"{WORKER} is missing, or removes none.",
        "A browser that had an older viewer here may go on with that one's files.",
        "In that browser: Developer tools, Application, Service workers, Unregister; or clear the site's data.",
    )
