"""What a hospital asks of what it runs: what is in it (SBOM), where it came from (provenance), what changed (diff)."""
