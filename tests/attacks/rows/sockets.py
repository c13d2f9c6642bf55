"""Attacks with raw requests to the servers between browser and archive, and with the archive's answers."""

from __future__ import annotations

from attacks.proxies import KINDS, Answer, Requirement, SocketAttack, WeakProxy
from ohifbuild.deploy import DeployOptions

ATTACKER = "https://evil.example/"
ROOT = "/dicom-web"


def _answer(status: int, *headers: str, body: str = "what the archive says") -> bytes:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


ANSWERS = {
    f"{ROOT}/studies/1.2/redirect{status}": _answer(status, f"Location: {ATTACKER}", "Set-Cookie: a=b")
    for status in (301, 302, 303, 307, 308)
} | {
    f"{ROOT}/studies/1.2/inside": _answer(302, "Location: /elsewhere"),
    f"{ROOT}/studies/1.2/cookie": _answer(200, "Content-Type: application/dicom+json", "Set-Cookie: token=x; Path=/"),
    f"{ROOT}/studies/1.2/script": _answer(200, "Content-Type: text/javascript", body="alert(1)"),
    f"{ROOT}/studies/1.2/html": _answer(200, "Content-Type: text/html", body="<script>alert(1)</script>"),
    f"{ROOT}/studies/1.2/refresh": _answer(200, f"Refresh: 0; url={ATTACKER}"),
    f"{ROOT}/studies/1.2/worker": _answer(200, "Content-Type: text/plain", "Service-Worker-Allowed: /"),
    f"{ROOT}/studies/1.2/cached": _answer(200, "Cache-Control: public, max-age=31536000"),
    f"{ROOT}/studies/1.2/shared": _answer(
        200, "Access-Control-Allow-Origin: *", "Access-Control-Allow-Credentials: true"
    ),
}


# Requirements


def archive_gets_nothing(answer: Answer) -> str:
    """The archive gets no request."""
    return f"the archive got {[(r.method, r.target) for r in answer.received]}" if answer.received else ""


def archive_is_told_no_other_host(answer: Answer) -> str:
    """The archive gets the request, and no header names the attacker's host."""
    told = [f"{n}: {value}" for each in answer.received for n, value in each.headers.items() if "evil." in value]
    return f"the archive got {told}" if told else "" if answer.received else "the archive got nothing"


def answers_without(*names: str) -> Requirement:
    """The answer has none of these headers."""

    def requirement(answer: Answer) -> str:
        found = [f"{name}: {answer.headers[name]}" for name in names if name in answer.headers]
        return f"the answer has {found}" if found else ""

    requirement.__doc__ = f"The answer has none of: {', '.join(names)}."
    return requirement


def answers_with(name: str, part: str) -> Requirement:
    """The answer has a header whose value contains ``part``."""

    def requirement(answer: Answer) -> str:
        return "" if part in answer.headers.get(name, "") else f"the answer has {name}: {answer.headers.get(name)}"

    requirement.__doc__ = f"The answer has {name} with {part}."
    return requirement


def archive_gets_no_header(name: str) -> Requirement:
    """The archive does not get this header of the request."""

    def requirement(answer: Answer) -> str:
        return f"the archive got {name}" if any(name in request.headers for request in answer.received) else ""

    requirement.__doc__ = f"The archive does not get the header {name}."
    return requirement


def no_script(answer: Answer) -> str:
    """The answer's media type is not that of a script."""
    return "the answer is a script" if "script" in answer.headers.get("content-type", "") else ""


# Servers without a rule

AMBIGUOUS = WeakProxy(
    "ambiguous paths are passed on",
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
    "the archive's scripts keep their media type",
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
    "headers that change a request's method are passed on",
    {
        "nginx": ((r'proxy_set_header X-HTTP-Method-Override "";', ""),),
        "apache": ((r"RequestHeader unset X-HTTP-Method-Override\n", "\n"),),
        "caddy": ((r"header_up -X-HTTP-Method-Override\n", "\n"),),
    },
    {"ohifbuild.server.proxy.REQUEST_HEADERS_REMOVED": ()},
)
ANY_HOST = WeakProxy(
    "every host name is accepted", serve={"ohifbuild.server.web_server.is_known": lambda hosts, names: True}
)
ANY_SITE = WeakProxy(
    "requests from other sites' pages reach the archive",
    serve={"ohifbuild.server.web_server._refusal": lambda request: None},
)


def ambiguous(name: str, why: str, tail: str, kinds: tuple[str, ...] = KINDS) -> SocketAttack:
    """A path that servers read differently. ``kinds`` leaves out servers that refuse or resolve it without the rule."""
    return SocketAttack(f"socket-{name}", why, (f"GET {ROOT}/{tail} HTTP/1.1",), archive_gets_nothing, AMBIGUOUS, kinds)


def method(name: str) -> SocketAttack:
    """A request that changes something in an archive."""
    return SocketAttack(
        f"socket-{name.lower()}",
        "an archive that carries the method out",
        (f"{name} {ROOT}/studies/1.2 HTTP/1.1", "Content-Length: 0"),
        archive_gets_nothing,
        ANY_METHOD,
    )


def answers(
    name: str, why: str, path: str, requirement: Requirement, weakening: WeakProxy, kinds: tuple[str, ...] = KINDS
) -> SocketAttack:
    """The archive's answer would affect the viewer's origin."""
    return SocketAttack(
        f"socket-{name}", why, (f"GET {ROOT}/studies/1.2/{path} HTTP/1.1",), requirement, weakening, kinds
    )


AMBIGUOUS_PATHS = (
    ambiguous("dots-and-semicolon", "Java servers, which drop ;x before they resolve '..'", "studies/..;/x"),
    ambiguous("path-parameter", "Java servers, which drop ;x", "studies/1.2;x/series"),
    ambiguous("encoded-twice", "servers that decode twice", "studies/%252e%252e/x"),
    ambiguous(
        "encoded-slash",
        "servers that decode before they resolve '..'",
        "studies/1.2%2f..%2f3.4/series",
        ("serve", "nginx", "caddy"),
    ),
    ambiguous("encoded-backslash", "servers that treat a backslash as a slash", "studies/1.2%5c..%5c3.4"),
    ambiguous("backslash", "the same, unencoded", "studies\\1.2\\..\\3.4"),
    ambiguous(
        "encoded-dots", "servers that resolve '..' before they decode", "studies/%2e%2e/%2e%2e/system", ("serve",)
    ),
    ambiguous("overlong-utf-8", "decoders that accept overlong UTF-8", "studies/%c0%ae%c0%ae/x"),
    ambiguous("doubled-slash", "some servers merge slashes, and others do not", "studies//1.2"),
    ambiguous("null", "servers that end a path at a null", "studies/1.2%00.json", ("serve", "caddy")),
    ambiguous("hidden", "files that begin with a dot", ".git/config"),
)
METHODS = tuple(method(name) for name in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"))
REDIRECTS = tuple(
    answers(
        f"redirect-{status}",
        "the archive redirects the browser to the attacker",
        f"redirect{status}",
        answers_without("location"),
        _header_passes("Location"),
    )
    for status in (301, 302, 303, 307, 308)
)
ANSWERED = (
    answers(
        "redirect-inside",
        "the archive redirects the browser to another path of the origin",
        "inside",
        answers_without("location"),
        _header_passes("Location"),
    ),
    answers(
        "set-cookie",
        "the archive sets cookies for the viewer's origin",
        "cookie",
        answers_without("set-cookie"),
        _header_passes("Set-Cookie"),
    ),
    answers(
        "refresh",
        "the archive redirects the browser with a Refresh header",
        "refresh",
        answers_without("refresh"),
        _header_passes("Refresh"),
    ),
    answers(
        "service-worker",
        "the archive permits a service worker for the whole origin",
        "worker",
        answers_without("service-worker-allowed"),
        _header_passes("Service-Worker-Allowed"),
    ),
    answers(
        "shared",
        "the archive lets every site read its answers",
        "shared",
        answers_without("access-control-allow-origin"),
        _header_passes("Access-Control-Allow-Origin"),
    ),
    answers("script", "an object with the media type of a script", "script", no_script, SCRIPTS),
    answers(
        "sandbox",
        "an answer that is opened as a page of the viewer's origin",
        "html",
        answers_with("content-security-policy", "sandbox"),
        _not_added("Content-Security-Policy"),
    ),
    answers(
        "nosniff",
        "an answer whose type the browser guesses",
        "html",
        answers_with("x-content-type-options", "nosniff"),
        _not_added("X-Content-Type-Options"),
    ),
    answers(
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
        "cookies of other services on the host",
        (f"GET {ROOT}/studies/1.2 HTTP/1.1", "Cookie: session=admin"),
        archive_gets_no_header("cookie"),
        COOKIES,
    ),
    SocketAttack(
        "socket-method-override",
        "a header that turns a GET into a DELETE",
        (f"GET {ROOT}/studies/1.2 HTTP/1.1", "X-HTTP-Method-Override: DELETE"),
        archive_gets_no_header("x-http-method-override"),
        OVERRIDES,
    ),
    SocketAttack(
        "socket-host",
        "DNS rebinding: another site's name resolves to this server",
        (f"GET {ROOT}/studies/1.2 HTTP/1.1", "Host: evil.example"),
        archive_gets_nothing,
        ANY_HOST,
        ("serve",),
    ),
    SocketAttack(
        "socket-cross-site",
        "a page of another site sends a request to the archive",
        (f"GET {ROOT}/studies/1.2 HTTP/1.1", "Sec-Fetch-Site: cross-site"),
        archive_gets_nothing,
        ANY_SITE,
        ("serve",),
    ),
)

BELIEVES_ANYBODY = WeakProxy(
    "everybody is believed about scheme and host, not only the proxy in front",
    {
        "nginx": ((r"(geo [^{]*{\n    default) 0;", r"\1 1;"),),
        "apache": ((r"-ipmatch '198.51.100.7'", "-ipmatch '127.0.0.0/8'"),),
        "caddy": ((r"remote_ip 198.51.100.7", "remote_ip 127.0.0.0/8"),),
    },
)


def forged(name: str, *headers: str) -> SocketAttack:
    """A client that is not the proxy in front says that it is reached by another host."""
    return SocketAttack(
        f"socket-forged-{name}",
        "the archive makes its URLs of the host that it is told, so images would be asked for there",
        (f"GET {ROOT}/studies/1.2 HTTP/1.1", *headers),
        archive_is_told_no_other_host,
        BELIEVES_ANYBODY,
        ("nginx", "apache", "caddy"),
        DeployOptions(behind_proxy=("198.51.100.7",), public_origin="https://pacs.example"),
    )


HOST_DECIDES = WeakProxy(
    "the Host header of the proxy in front decides what the archive is told",
    {
        "nginx": ((r'\n    "~\^1" pacs.example;', ""),),
        "apache": ((r" ohifbuild_host=pacs.example", ""),),
        "caddy": ((r"\n\t*host pacs.example", ""),),
    },
)

FORGED = (
    SocketAttack(
        "socket-host-through-the-proxy",
        "a proxy in front passes on any Host, and the archive makes its URLs of it",
        (f"GET {ROOT}/studies/1.2 HTTP/1.1", "Host: evil.example"),
        archive_is_told_no_other_host,
        HOST_DECIDES,
        ("nginx", "apache", "caddy"),
        DeployOptions(behind_proxy=("127.0.0.1",), public_origin="https://pacs.example"),
    ),
    forged("x-forwarded-host", "X-Forwarded-Host: evil.example"),
    forged("forwarded", "Forwarded: host=evil.example;proto=https"),
    forged("client-address", "X-Forwarded-For: 198.51.100.7", "X-Forwarded-Host: evil.example"),
)

ROWS = (*FORGED, *AMBIGUOUS_PATHS, *METHODS, *REDIRECTS, *ANSWERED, *PASSED_ON)
