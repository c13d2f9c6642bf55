"""Extension and mode packages: what they are, where they come from and what they need."""
