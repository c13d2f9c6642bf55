"""Semantic patches on OHIF's source: syntax-tree rules instead of line diffs. The way in is ``ohifbuild.patches``."""
