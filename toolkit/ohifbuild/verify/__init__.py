"""Proves in a real browser, against a real archive, that a dist keeps its claims."""
