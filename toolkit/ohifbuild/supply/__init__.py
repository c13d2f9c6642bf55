"""What is on record about a dist: contents (SBOM), provenance, differences, the audit, and pipelines that build it."""
