"""Where a base viewer comes from: the published package, or a build of OHIF's source with patches."""
