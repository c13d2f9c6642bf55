"""What a proxy in front may say about a request, as regular expressions for the configurations of all servers.

The first group of each is the value. They hold no quotes and no backslashes, because nginx, Apache and Caddy each treat
these differently, and ignore case only in names. If a header holds several elements, the first is the nearest to the
browser.
"""

from __future__ import annotations

_HOST = "(?i:(?:[a-z0-9][a-z0-9.-]*|[[][0-9a-f:.]+[]])(?::[0-9]+)?)"
_BEFORE = "(?:[^,]*[; ])?"
"""Pairs before this one in the first element of ``Forwarded`` (RFC 7239 4)."""
_AFTER = "[^a-z0-9/@]?(?:[ ;,]|$)"
"""A closing quote, and the end of the pair."""

X_SCHEME = "^(https?) *(?:,|$)"
X_HOST = f"^({_HOST}) *(?:,|$)"
FORWARDED_SCHEME = f"^{_BEFORE}(?i:proto)=[^a-z]?(https?){_AFTER}"
FORWARDED_HOST = f"^{_BEFORE}(?i:host)=[^a-zA-Z0-9[]?({_HOST}){_AFTER}"

SAID = (
    ("forwarded_scheme", "Forwarded", FORWARDED_SCHEME),
    ("forwarded_host", "Forwarded", FORWARDED_HOST),
    ("x_scheme", "X-Forwarded-Proto", X_SCHEME),
    ("x_host", "X-Forwarded-Host", X_HOST),
)
"""A name, the header, and the expression for what it says. A later one overrides an earlier one of the same thing."""
