"""From an injected viewer to a finished dist: sub-path, minify, compress."""
