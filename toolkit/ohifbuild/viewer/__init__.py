"""Turns a base viewer into a finished dist: leaves out, minifies, injects, configures, compresses, lists the files."""
