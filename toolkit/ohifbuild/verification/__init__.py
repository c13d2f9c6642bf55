"""``ohifbuild verify``: tests the claims about a dist in a real browser, against a real archive."""
