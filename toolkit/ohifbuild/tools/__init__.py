"""Programs that a build runs: Node, npm, package managers and esbuild, with their pinned versions."""
