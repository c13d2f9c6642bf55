"""What a JSON schema allows. Only a test that needs ``jsonschema`` imports it: that takes two seconds."""

from __future__ import annotations

from typing import Any


def is_valid(schema: dict[str, Any], document: Any) -> bool:
    """Whether a document is what a schema allows."""
    from jsonschema import Draft202012Validator

    return bool(Draft202012Validator(schema).is_valid(document))


def check_schema(schema: dict[str, Any]) -> None:
    """Raises ``jsonschema.SchemaError`` if a schema is none."""
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(schema)
