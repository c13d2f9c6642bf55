"""The recipe: what a user asks for, checked all at once."""
