"""Raw requests to the servers between browser and archive, and what the archive answers through them."""

from __future__ import annotations

from attacks.proxies import KINDS, Answered, Requirement, SocketAttack, WeakProxy

EVIL = "https://evil.example/"
ROOT = "/dicom-web"


def _answer(status: int, *headers: str, body: str = "what the archive says") -> bytes:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


ANSWERS = {
    f"{ROOT}/studies/1.2/redirect{status}": _answer(status, f"Location: {EVIL}", "Set-Cookie: a=b")
    for status in (301, 302, 303, 307, 308)
} | {
    f"{ROOT}/studies/1.2/inside": _answer(302, "Location: /elsewhere"),
    f"{ROOT}/studies/1.2/cookie": _answer(200, "Content-Type: application/dicom+json", "Set-Cookie: token=x; Path=/"),
    f"{ROOT}/studies/1.2/script": _answer(200, "Content-Type: text/javascript", body="alert(1)"),
    f"{ROOT}/studies/1.2/html": _answer(200, "Content-Type: text/html", body="<script>alert(1)</script>"),
    f"{ROOT}/studies/1.2/refresh": _answer(200, f"Refresh: 0; url={EVIL}"),
    f"{ROOT}/studies/1.2/worker": _answer(200, "Content-Type: text/plain", "Service-Worker-Allowed: /"),
    f"{ROOT}/studies/1.2/cached": _answer(200, "Cache-Control: public, max-age=31536000"),
    f"{ROOT}/studies/1.2/shared": _answer(
        200, "Access-Control-Allow-Origin: *", "Access-Control-Allow-Credentials: true"
    ),
}


# Demands


def not_heard(seen: Answered) -> str:
    """The archive hears nothing."""
    return f"the archive heard {[(h.method, h.target) for h in seen.heard]}" if seen.heard else ""


def answers_without(*names: str) -> Requirement:
    """A demand that an answer lacks headers."""

    def demand(seen: Answered) -> str:
        found = [f"{name}: {seen.headers[name]}" for name in names if name in seen.headers]
        return f"the answer has {found}" if found else ""

    demand.__doc__ = f"The answer has none of: {', '.join(names)}."
    return demand


def answers_with(name: str, part: str) -> Requirement:
    """A demand that an answer has a header."""

    def demand(seen: Answered) -> str:
        return "" if part in seen.headers.get(name, "") else f"the answer has {name}: {seen.headers.get(name)}"

    demand.__doc__ = f"The answer has {name} with {part}."
    return demand


def heard_without(name: str) -> Requirement:
    """A demand that the archive does not get a header of the request."""

    def demand(seen: Answered) -> str:
        return f"the archive got {name}" if any(name in heard.headers for heard in seen.heard) else ""

    demand.__doc__ = f"The archive does not get the header {name}."
    return demand


def no_script(seen: Answered) -> str:
    """What the archive calls a script is none."""
    return "it is a script" if "script" in seen.headers.get("content-type", "") else ""


# Servers without a rule

CROOKED = WeakProxy(
    "crooked paths are passed on",
    {
        "nginx": ((r"if \(\$ohifbuild_plain = 0\)", "if ($ohifbuild_plain = 7)"),),
        "apache": ((r"(RewriteCond %\{THE_REQUEST\}[^\n]*\n\s*RewriteRule \^ - )\[R=400,L\]", r"\1[E=crooked:1]"),),
        "caddy": ((r"@ambiguous not vars_regexp [^\n]*", "@ambiguous path /never"),),
    },
    {"ohifbuild.server.web_server.is_plain": lambda path: True},
)
ANY_METHOD = WeakProxy(
    "every method is passed on",
    {
        "nginx": ((r'if \(\$request_method !~ "[^"]*"\)', 'if ($request_method = "NEVER")'),),
        "apache": ((r'(RewriteCond %\{REQUEST_METHOD\}) "!\^[^"]*"', r'\1 "^NEVER$"'),),
        "caddy": ((r"@other not method [^\n]*", "@other method NEVER"),),
    },
    {"ohifbuild.server.web_server.METHODS": ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND")},
)


def _header_passes(name: str) -> WeakProxy:
    return WeakProxy(
        f"the archive's {name} is passed back",
        {
            "nginx": (
                (rf"proxy_hide_header {name};", ""),
                (r"proxy_intercept_errors on;", "proxy_intercept_errors off;"),
            ),
            "apache": ((rf"Header unset {name}\n", "\n"),),
            "caddy": ((rf"\t-{name}\n", "\n"), (r"@redirects status [^\n]*", "@redirects status 999")),
        },
        {
            "ohifbuild.server.proxy.RESPONSE_HEADERS_ALLOWED": frozenset(
                {"content-type", "content-length", name.lower()}
            ),
            "ohifbuild.server.proxy.REDIRECTS": (),
        },
    )


SCRIPTS = WeakProxy(
    "the archive's scripts stay scripts",
    {
        "nginx": ((r'(map \$upstream_http_content_type[^}]*?)\n    "~\*[^\n]*', r"\1"),),
        "apache": ((r"Header edit Content-Type[^\n]*", ""),),
        "caddy": ((r'\tContent-Type "\(\?i\)[^\n]*', ""),),
    },
    {"ohifbuild.server.web_server.SCRIPT_TYPE": "never"},
)


def _not_added(name: str, *, hidden: bool = False) -> WeakProxy:
    return WeakProxy(
        f"{name} is not set on the archive's answers",
        {
            "nginx": ((rf"add_header {name} [^\n]*", ""), *(((rf"proxy_hide_header {name};", ""),) if hidden else ())),
            "apache": (
                (rf"Header always set {name} [^\n]*", ""),
                *(((rf"Header unset {name}\n", "\n"),) if hidden else ()),
            ),
            "caddy": ((rf"\t{name} \"[^\n]*", ""),),
        },
        {
            "ohifbuild.server.web_server.RESPONSE_HEADERS_SET": {},
            **({"ohifbuild.server.proxy.RESPONSE_HEADERS_ALLOWED": frozenset({name.lower()})} if hidden else {}),
        },
    )


COOKIES = WeakProxy(
    "cookies are passed on",
    {
        "nginx": ((r'proxy_set_header Cookie "";', ""),),
        "apache": ((r"RequestHeader unset Cookie\n", "\n"),),
        "caddy": ((r"header_up -Cookie\n", "\n"),),
    },
    {"ohifbuild.server.proxy.REQUEST_HEADERS_REMOVED": ()},
)
OVERRIDES = WeakProxy(
    "headers that make a request another one are passed on",
    {
        "nginx": ((r'proxy_set_header X-HTTP-Method-Override "";', ""),),
        "apache": ((r"RequestHeader unset X-HTTP-Method-Override\n", "\n"),),
        "caddy": ((r"header_up -X-HTTP-Method-Override\n", "\n"),),
    },
    {"ohifbuild.server.proxy.REQUEST_HEADERS_REMOVED": ()},
)
ANY_HOST = WeakProxy(
    "every host's name is taken", serve={"ohifbuild.server.web_server.is_known": lambda hosts, names: True}
)
ANY_SITE = WeakProxy(
    "pages of other sites get to the archive", serve={"ohifbuild.server.web_server._refusal": lambda request: None}
)


def crooked(name: str, why: str, tail: str, kinds: tuple[str, ...] = KINDS) -> SocketAttack:
    """A path that some servers read otherwise than others. Left out are servers that refuse it themselves, or resolve it."""
    return SocketAttack(f"socket-{name}", why, (f"GET {ROOT}/{tail} HTTP/1.1",), not_heard, CROOKED, kinds)


def method(name: str) -> SocketAttack:
    """A request that changes something in an archive."""
    return SocketAttack(
        f"socket-{name.lower()}",
        "an archive that does what it is told",
        (f"{name} {ROOT}/studies/1.2 HTTP/1.1", "Content-Length: 0"),
        not_heard,
        ANY_METHOD,
    )


def answered(
    name: str, why: str, path: str, demand: Requirement, weakened: WeakProxy, kinds: tuple[str, ...] = KINDS
) -> SocketAttack:
    """What the archive answers would act on the viewer's origin."""
    return SocketAttack(f"socket-{name}", why, (f"GET {ROOT}/studies/1.2/{path} HTTP/1.1",), demand, weakened, kinds)


CROOKED_PATHS = (
    crooked("dots-and-semicolon", "Java servers, which drop ;x before they resolve '..'", "studies/..;/x"),
    crooked("path-parameter", "Java servers, which drop ;x", "studies/1.2;x/series"),
    crooked("encoded-twice", "servers that decode twice", "studies/%252e%252e/x"),
    crooked(
        "encoded-slash",
        "servers that decode before they resolve '..'",
        "studies/1.2%2f..%2f3.4/series",
        ("serve", "nginx", "caddy"),
    ),
    crooked("encoded-backslash", "servers that take a backslash for a slash", "studies/1.2%5c..%5c3.4"),
    crooked("backslash", "the same, unencoded", "studies\\1.2\\..\\3.4"),
    crooked("encoded-dots", "servers that resolve '..' before they decode", "studies/%2e%2e/%2e%2e/system", ("serve",)),
    crooked("overlong-utf-8", "decoders that accept overlong UTF-8", "studies/%c0%ae%c0%ae/x"),
    crooked("doubled-slash", "servers that fold slashes, and those that do not", "studies//1.2"),
    crooked("null", "servers that end a path at a null", "studies/1.2%00.json", ("serve", "caddy")),
    crooked("hidden", "files that begin with a dot", ".git/config"),
)
METHODS = tuple(method(name) for name in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"))
REDIRECTS = tuple(
    answered(
        f"redirect-{status}",
        "the archive sends the browser to the attacker",
        f"redirect{status}",
        answers_without("location"),
        _header_passes("Location"),
    )
    for status in (301, 302, 303, 307, 308)
)
ANSWERED = (
    answered(
        "redirect-inside",
        "the archive sends the browser elsewhere in the origin",
        "inside",
        answers_without("location"),
        _header_passes("Location"),
    ),
    answered(
        "set-cookie",
        "the archive sets cookies for the viewer's origin",
        "cookie",
        answers_without("set-cookie"),
        _header_passes("Set-Cookie"),
    ),
    answered(
        "refresh",
        "the archive sends the browser on a little later",
        "refresh",
        answers_without("refresh"),
        _header_passes("Refresh"),
    ),
    answered(
        "service-worker",
        "the archive lets a worker stand before the whole origin",
        "worker",
        answers_without("service-worker-allowed"),
        _header_passes("Service-Worker-Allowed"),
    ),
    answered(
        "shared",
        "the archive lets every site read its answers",
        "shared",
        answers_without("access-control-allow-origin"),
        _header_passes("Access-Control-Allow-Origin"),
    ),
    answered("script", "an object that calls itself a script", "script", no_script, SCRIPTS),
    answered(
        "sandbox",
        "an answer that is opened as a page of the viewer's origin",
        "html",
        answers_with("content-security-policy", "sandbox"),
        _not_added("Content-Security-Policy"),
    ),
    answered(
        "nosniff",
        "an answer whose type the browser guesses",
        "html",
        answers_with("x-content-type-options", "nosniff"),
        _not_added("X-Content-Type-Options"),
    ),
    answered(
        "no-store",
        "images that stay in the disk cache",
        "cached",
        answers_with("cache-control", "no-store"),
        _not_added("Cache-Control", hidden=True),
    ),
)
PASSED_ON = (
    SocketAttack(
        "socket-cookie",
        "cookies of other services of the host",
        (f"GET {ROOT}/studies/1.2 HTTP/1.1", "Cookie: session=admin"),
        heard_without("cookie"),
        COOKIES,
    ),
    SocketAttack(
        "socket-method-override",
        "a header that makes a GET a DELETE",
        (f"GET {ROOT}/studies/1.2 HTTP/1.1", "X-HTTP-Method-Override: DELETE"),
        heard_without("x-http-method-override"),
        OVERRIDES,
    ),
    SocketAttack(
        "socket-host",
        "a page of another site whose name leads here",
        (f"GET {ROOT}/studies/1.2 HTTP/1.1", "Host: evil.example"),
        not_heard,
        ANY_HOST,
        ("serve",),
    ),
    SocketAttack(
        "socket-cross-site",
        "a page of another site asks the archive",
        (f"GET {ROOT}/studies/1.2 HTTP/1.1", "Sec-Fetch-Site: cross-site"),
        not_heard,
        ANY_SITE,
        ("serve",),
    ),
)

ROWS = (*CROOKED_PATHS, *METHODS, *REDIRECTS, *ANSWERED, *PASSED_ON)
