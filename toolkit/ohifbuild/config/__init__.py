"""The recipe: the user's choices from a file and flags, and the checks of them."""
