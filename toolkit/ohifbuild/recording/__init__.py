"""For maintainers: drives a release once, and writes what it does before its first image to ``releases/startup``."""
