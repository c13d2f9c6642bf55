"""The evidence as JUnit XML, for continuous integration: one suite per scenario, one case per claim."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ohifbuild.verification.evidence import ClaimResult, Evidence, Limit

# Control characters that XML 1.0 cannot hold even when escaped.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def render(evidence: Evidence) -> str:
    """The XML document."""
    root = Element("testsuites", name="ohifbuild verify", time=f"{evidence.seconds:.3f}")
    _count(root, evidence.results)
    for observation in evidence.observations:
        results = [result for result in evidence.results if result.scenario == observation.scenario]
        suite = SubElement(root, "testsuite", name=observation.scenario, time=f"{observation.seconds:.3f}")
        _count(suite, results)
        for result in results:
            _case(suite, result)
    for about, others in evidence.results_elsewhere.items():
        suite = SubElement(root, "testsuite", name=about)
        _count(suite, others)
        for result in others:
            _case(suite, result)
    if evidence.limits:
        _limits(root, evidence.limits)
    indent(root, " ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _count(element: Element, results: list[ClaimResult] | tuple[ClaimResult, ...]) -> None:
    element.set("tests", str(len(results)))
    element.set("failures", str(sum(not result.holds for result in results)))


def _case(suite: Element, result: ClaimResult) -> None:
    case = SubElement(suite, "testcase", classname=f"verify.{result.scenario}", name=_text(result.title))
    lines = _text("\n".join((result.detail, *result.evidence)))
    if result.holds:
        SubElement(case, "system-out").text = lines
    else:
        SubElement(case, "failure", message=_text(result.detail), type=result.claim).text = lines


def _limits(root: Element, limits: tuple[Limit, ...]) -> None:
    """One skipped case for each claim for which this browser did not show everything."""
    suite = SubElement(root, "testsuite", name="limits", tests=str(len(limits)), skipped=str(len(limits)))
    for limit in limits:
        case = SubElement(suite, "testcase", classname="verify.limits", name=_text(limit.title))
        SubElement(case, "skipped", message=_text(limit.line))


def _text(text: str) -> str:
    return UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)
