"""Patches on OHIF's source: rules over the syntax tree instead of line diffs. Start with ``series.py``."""
