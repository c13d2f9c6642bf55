"""The evidence as JSON, without screenshots and the page's HTML."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from ohifbuild.verification.evidence import Evidence, Observation

FORMAT = 1


def render(evidence: Evidence) -> str:
    """``{"format": 1, "ok": …, "counts": …, "environment": …, "limits": […], "notes": […], "claims": […], …}``."""
    return json.dumps(document(evidence), indent=1, ensure_ascii=False) + "\n"


def document(evidence: Evidence) -> dict[str, Any]:
    """The JSON document as Python values."""
    return {
        "format": FORMAT,
        "ok": evidence.ok,
        "counts": {"claims": len(evidence.results), "failed": len(evidence.failures)},
        "seconds": round(evidence.seconds, 2),
        "environment": dict(evidence.environment),
        "limits": [dataclasses.asdict(limit) for limit in evidence.limits],
        "notes": list(evidence.notes),
        "claims": [dataclasses.asdict(result) for result in evidence.results],
        "scenarios": [_scenario(observation) for observation in evidence.observations],
    }


def _scenario(observation: Observation) -> dict[str, Any]:
    flat = {
        field.name: _plain(getattr(observation, field.name))
        for field in dataclasses.fields(observation)
        if field.name not in ("screenshots", "state")
    }
    state = dataclasses.asdict(observation.state)
    del state["html"]
    return {**flat, "state": state}


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
