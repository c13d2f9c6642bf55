"""The headers by which browsers isolate a page."""

from __future__ import annotations

from ohifbuild.doctor.checks.remedies import many_headers
from ohifbuild.doctor.client import Answer
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.gathered import Evidence
from ohifbuild.server.headers import ISOLATION

COOP, COEP, CORP = "Cross-Origin-Opener-Policy", "Cross-Origin-Embedder-Policy", "Cross-Origin-Resource-Policy"
ISOLATING = {COOP: ("same-origin",), COEP: ("require-corp", "credentialless")}
KNOWN_CORP = ("same-origin", "same-site", "cross-origin")
LEAKY = ("unsafe-url", "no-referrer-when-downgrade", "origin-when-cross-origin", "strict-origin-when-cross-origin")

NO_MEMORY = "Browsers give the page no shared memory (SharedArrayBuffer): OHIF up to 3.8 shows no volumes, or nothing."
DOES_WITHOUT = (3, 9)
"""The first release whose source has no SharedArrayBuffer in it; 3.12.0 was seen to show stacks and volumes without."""


def isolation(evidence: Evidence) -> Finding:
    """Whether page and workers are isolated: each header there, once, and right."""
    about = Check("isolation", "COOP and COEP")
    if evidence.viewer is None:
        return about.untried()
    page = evidence.viewer.page_answer
    problems = [text for name in ISOLATING if (text := _problem(page, name, ISOLATING[name]))]
    if problems:
        twice = any("times" in text for text in problems)
        wanted = {name: ISOLATION[name] for name in ISOLATING if _problem(page, name, ISOLATING[name])}
        change = (
            "Send each once: leave it to the proxy or to what is behind it.\nnginx: proxy_hide_header "
            + "; proxy_hide_header ".join(wanted)
            + ";"
            if twice
            else many_headers(page, wanted)
        )
        found = f"The page's answer has {' and '.join(problems)}."
        if does_without_memory(evidence.viewer.release):
            return about.note(found, "Not isolated; OHIF since 3.9 shows images all the same.", change)
        return about.wrong(found, NO_MEMORY, change)
    scripts = [
        file for file in evidence.viewer.files if file.name.endswith((".js", ".mjs")) and file.answer.status == 200
    ]
    bare = next((file for file in scripts if _problem(file.answer, COEP, ISOLATING[COEP])), None)
    if bare:
        return about.wrong(
            f"The page is isolated, but {bare.name} comes with {_problem(bare.answer, COEP, ISOLATING[COEP])}.",
            "An isolated page may not start workers from such scripts: images are not decoded.",
            many_headers(bare.answer, {COEP: ISOLATION[COEP]})
            + "\nA location of nginx's with an add_header of its own forgets those of its server: repeat them.",
        )
    return about.right("Sent once, with page and scripts.")


def does_without_memory(release: str) -> bool:
    """Whether a release of OHIF is known to need no shared memory."""
    numbers = release.split(".")[:2]
    return all(number.isdecimal() for number in numbers) and tuple(map(int, numbers)) >= DOES_WITHOUT


def _problem(answer: Answer, name: str, right: tuple[str, ...]) -> str:
    """What is wrong with a header of the isolation, in the words after 'has'; '' if nothing is."""
    values = answer.all(name)
    if not values:
        return f"no {name}"
    count = len([value for line in values for value in line.split(",")])
    if count > 1:
        return f"{name} {count} times"
    value = values[0].partition(";")[0].strip()
    return "" if value in right else f"{name}: {value[:40]} (not {right[0]})"


def embedding(evidence: Evidence) -> Finding:
    """Whether other sites are kept from embedding the viewer's files."""
    about = Check("embedding", "CORP, nosniff")
    if evidence.viewer is None:
        return about.untried()
    page = evidence.viewer.page_answer
    wanted = {}
    if page.get(CORP) not in KNOWN_CORP:
        wanted[CORP] = ISOLATION[CORP]
    if "nosniff" not in page.get("X-Content-Type-Options").lower():
        wanted["X-Content-Type-Options"] = "nosniff"
    if not wanted:
        return about.right("Sent.")
    problems = " and ".join(f"{name}: {page.get(name)}" if page.get(name) else f"no {name}" for name in wanted)
    return about.note(f"The page's answer has {problems}.", "Other sites may embed it.", many_headers(page, wanted))


def referrer(evidence: Evidence) -> Finding:
    """Whether the link, with its token, is kept out of what the page's requests say of where they come from."""
    about = Check("referrer", "Referrer policy")
    if evidence.viewer is None:
        return about.untried()
    answer, page = evidence.viewer.page_answer, evidence.viewer.page
    value = answer.get("Referrer-Policy").lower().rpartition(",")[2].strip()
    if page.hides_referrer or value in ("no-referrer", "origin", "same-origin", "strict-origin"):
        return about.right("The link stays out of referrers.")
    seen = f"Referrer-Policy: {value}" if value in LEAKY else "neither header nor <meta> says so"
    return about.wrong(
        f"The link is not kept out of referrers: {seen}.",
        "The token of a link gets into the access log with every file of the viewer.",
        many_headers(answer, {"Referrer-Policy": "no-referrer"}),
        stops=False,
    )
