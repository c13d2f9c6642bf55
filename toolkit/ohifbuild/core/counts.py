"""Numbers with their nouns in messages: ``1 file``, ``2 files``."""

from __future__ import annotations


def counted(number: int, singular: str, plural: str = "") -> str:
    """A number and its noun.

    Args:
        number: how many.
        singular: the noun for 1, such as ``file``.
        plural: the noun for all other numbers; "" adds an ``s`` to ``singular``.
    """
    return f"{number} {singular if number == 1 else plural or f'{singular}s'}"


def times(number: int) -> str:
    """How often: ``once``, ``2 times``, ``0 times``."""
    return "once" if number == 1 else counted(number, "time")
