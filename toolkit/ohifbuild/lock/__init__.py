"""The lock file, what a recipe resolves to, and the move to a newer release."""
