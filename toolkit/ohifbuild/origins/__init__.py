"""Where a base viewer comes from: an OHIF release, built, and not yet touched by us."""
