"""Checks of the headers that isolate a page and keep its link private."""

from __future__ import annotations

from ohifbuild.doctor.checks.remedies import send_headers
from ohifbuild.doctor.client import Answer
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.observations import Evidence
from ohifbuild.server.headers import ISOLATION

COOP, COEP, CORP = "Cross-Origin-Opener-Policy", "Cross-Origin-Embedder-Policy", "Cross-Origin-Resource-Policy"
ISOLATING = {COOP: ("same-origin",), COEP: ("require-corp", "credentialless")}
KNOWN_CORP = ("same-origin", "same-site", "cross-origin")
LEAKY = ("unsafe-url", "no-referrer-when-downgrade", "origin-when-cross-origin", "strict-origin-when-cross-origin")

NO_MEMORY = "Browsers give the page no shared memory (SharedArrayBuffer): OHIF up to 3.8 shows no volumes, or nothing."
NEEDS_NO_MEMORY = (3, 9)
"""The first release without SharedArrayBuffer in its source; 3.12.0 was observed to show stacks and volumes without."""


def isolation(evidence: Evidence) -> Finding:
    """Whether page and workers are isolated: each header is sent once, with the right value."""
    check = Check("isolation", "COOP and COEP")
    if evidence.viewer is None:
        return check.not_checked()
    page = evidence.viewer.page_answer
    problems = [text for name in ISOLATING if (text := _problem(page, name, ISOLATING[name]))]
    if problems:
        repeated = any("times" in text for text in problems)
        required = {name: ISOLATION[name] for name in ISOLATING if _problem(page, name, ISOLATING[name])}
        change = (
            "Send each header once, either by the proxy or by the server behind it.\nnginx: proxy_hide_header "
            + "; proxy_hide_header ".join(required)
            + ";"
            if repeated
            else send_headers(page, required)
        )
        found = f"The page's answer has {' and '.join(problems)}."
        if needs_no_memory(evidence.viewer.release):
            return check.note(found, "The page is not isolated, but OHIF since 3.9 shows images anyway.", change)
        return check.wrong(found, NO_MEMORY, change)
    scripts = [
        file for file in evidence.viewer.files if file.name.endswith((".js", ".mjs")) and file.answer.status == 200
    ]
    script = next((file for file in scripts if _problem(file.answer, COEP, ISOLATING[COEP])), None)
    if script:
        return check.wrong(
            f"The page is isolated, but {script.name} has {_problem(script.answer, COEP, ISOLATING[COEP])}.",
            "An isolated page cannot start workers from such scripts, so images are not decoded.",
            send_headers(script.answer, {COEP: ISOLATION[COEP]})
            + "\nAn nginx location with its own add_header inherits none from its server: repeat them there.",
        )
    return check.right("Sent once, with page and scripts.")


def needs_no_memory(release: str) -> bool:
    """Whether a release of OHIF is known to need no shared memory."""
    numbers = release.split(".")[:2]
    return all(number.isdecimal() for number in numbers) and tuple(map(int, numbers)) >= NEEDS_NO_MEMORY


def _problem(answer: Answer, name: str, right: tuple[str, ...]) -> str:
    """The fault of a header, in words that follow 'has'; '' if there is none."""
    values = answer.all(name)
    if not values:
        return f"no {name}"
    count = len([value for line in values for value in line.split(",")])
    if count > 1:
        return f"{name} {count} times"
    value = values[0].partition(";")[0].strip()
    return "" if value in right else f"{name}: {value[:40]} (not {right[0]})"


def embedding(evidence: Evidence) -> Finding:
    """Whether other sites cannot embed the viewer's files."""
    check = Check("embedding", "CORP, nosniff")
    if evidence.viewer is None:
        return check.not_checked()
    page = evidence.viewer.page_answer
    required = {}
    if page.get(CORP) not in KNOWN_CORP:
        required[CORP] = ISOLATION[CORP]
    if "nosniff" not in page.get("X-Content-Type-Options").lower():
        required["X-Content-Type-Options"] = "nosniff"
    if not required:
        return check.right("Sent.")
    problems = " and ".join(f"{name}: {page.get(name)}" if page.get(name) else f"no {name}" for name in required)
    return check.note(f"The page's answer has {problems}.", "Other sites can embed it.", send_headers(page, required))


def referrer(evidence: Evidence) -> Finding:
    """Whether the Referer header of the page's requests does not contain the link with its token."""
    check = Check("referrer", "Referrer policy")
    if evidence.viewer is None:
        return check.not_checked()
    answer, page = evidence.viewer.page_answer, evidence.viewer.page
    value = answer.get("Referrer-Policy").lower().rpartition(",")[2].strip()
    if page.hides_referrer or value in ("no-referrer", "origin", "same-origin", "strict-origin"):
        return check.right("Referrers do not contain the link.")
    reason = f"Referrer-Policy is {value}" if value in LEAKY else "neither a header nor a <meta> prevents it"
    return check.wrong(
        f"Referrers contain the link: {reason}.",
        "The access log contains the token of a link with every file of the viewer.",
        send_headers(answer, {"Referrer-Policy": "no-referrer"}),
        stops=False,
    )
