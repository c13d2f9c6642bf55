"""The content-addressed cache, its upkeep, the store that machines share, and safe unpacking."""
