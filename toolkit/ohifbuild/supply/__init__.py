"""Supply chain documents of a dist: SBOM, provenance, differences, the audit of a release, and CI pipelines."""
