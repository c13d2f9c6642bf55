"""The two origins of a base viewer: OHIF's published package, or a build of OHIF's source with patches."""
