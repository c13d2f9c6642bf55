"""The content-addressed cache, its upkeep, the store that several machines share, and safe unpacking of archives."""
