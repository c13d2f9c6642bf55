"""Finds out what is wrong with a machine or with a deployment, and names the cause first."""

from __future__ import annotations

import asyncio

from ohifbuild.doctor.checks import CHECKS, FOLLOWS
from ohifbuild.doctor.findings import Finding, Report, forms_of, report
from ohifbuild.doctor.gather import gather
from ohifbuild.doctor.gathered import Evidence

__all__ = ["Finding", "Report", "examine_deployment", "judge"]


def examine_deployment(url: str, *, insecure: bool = False) -> Report:
    """What is right and what is wrong with the deployment that a viewer's link leads to.

    Args:
        insecure: whether to send the token over a connection that is not verified.

    Raises:
        LinkInvalid: ``url`` is no link.
    """
    return judge(asyncio.run(gather(url, insecure=insecure)))


def judge(evidence: Evidence) -> Report:
    """The findings that follow from the evidence."""
    findings = (check(evidence) for check in CHECKS)
    return report(evidence.asked.url, findings, follows=FOLLOWS, secrets=forms_of(evidence.link.token or ""))
