"""How long browsers keep what changes with every build."""

from __future__ import annotations

import re

from ohifbuild.doctor.checks.about import About
from ohifbuild.doctor.checks.remedies import send_header
from ohifbuild.doctor.client import Answer
from ohifbuild.doctor.coding import unpacked
from ohifbuild.doctor.evidence import Evidence, ViewerSeen
from ohifbuild.doctor.gather_files import CONFIG, INDEX
from ohifbuild.doctor.model import Finding
from ohifbuild.headers import ASK_AGAIN

AGE = re.compile(r"(?:^|[,\s])(?:s-maxage|max-age)\s?=\s?\"?(\d{1,10})")
WORKER = "init-service-worker.js"
UNREGISTERS = b"unregister()"


def caching(evidence: Evidence) -> Finding:
    """Whether browsers ask again for the page and its configuration."""
    about = About("caching", "Caching")
    if evidence.viewer is None:
        return about.untried()
    answers = _that_change(evidence.viewer)
    kept = {name: seconds for name, answer in answers.items() if (seconds := seconds_kept(answer))}
    if kept:
        name, seconds = next(iter(kept.items()))
        return about.wrong(
            f"Browsers keep {name} for {_length(seconds)} without asking.",
            "After an update they run old files that are no more there: a blank page, until the cache is emptied.",
            f"For {' and '.join(answers)}: " + send_header(answers[name], "Cache-Control", ASK_AGAIN),
            stops=False,
        )
    vague = [name for name, answer in answers.items() if not answer.get("cache-control")]
    if vague:
        return about.note(
            f"{' and '.join(vague)}: no Cache-Control.",
            "Browsers keep them as long as they see fit: updates arrive late.",
            f"For {' and '.join(answers)}: " + send_header(answers[vague[0]], "Cache-Control", ASK_AGAIN),
        )
    return about.right("Browsers ask again for the page and its configuration.")


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
    about = About("service-worker", "Service workers")
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
