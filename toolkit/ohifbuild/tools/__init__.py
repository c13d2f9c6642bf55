"""Programs that a build runs: Node, npm, package managers and esbuild, each at a pinned version."""
