"""Modules that a built viewer shares with packages that are loaded at run time: React, OHIF's own, Cornerstone's."""
