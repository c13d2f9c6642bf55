"""``ohifbuild doctor``: checks a machine or a deployment and reports what is wrong, the cause first."""

from __future__ import annotations

import asyncio

from ohifbuild.doctor.checks import CAUSES, CHECKS
from ohifbuild.doctor.findings import Finding, Report, forms_of, report
from ohifbuild.doctor.gather import gather
from ohifbuild.doctor.observations import Evidence

__all__ = ["Finding", "Report", "examine_deployment", "judge"]


def examine_deployment(url: str, *, insecure: bool = False, portal: str = "") -> Report:
    """Checks the deployment that a viewer's link leads to.

    Args:
        url: the link.
        insecure: whether to send the token over connections that are not verified.
        portal: the origin of the page that shows the viewer in a frame; '' if none does.

    Raises:
        LinkInvalid: ``url`` is not a link.
    """
    return judge(asyncio.run(gather(url, insecure=insecure, portal=portal)))


def judge(evidence: Evidence) -> Report:
    """The findings that follow from the evidence."""
    findings = (check(evidence) for check in CHECKS)
    return report(evidence.link_address.url, findings, causes=CAUSES, secrets=forms_of(evidence.link.token or ""))
