"""The weakened viewers: each lacks one rule, and attacks on that rule must succeed on it."""

from __future__ import annotations

from attacks.model import Change, Weakening

SCOPE = "src/early/token-scope.js"
TRANSPORT = "src/early/transport.js"
REQUEST = "src/contract/request.js"
PLACE = "src/contract/place.js"
LINK = "src/contract/link.js"
TOKEN = "src/contract/token.js"
STATE = "src/early/link-state.js"
STORE = "src/early/token-store.js"
SOURCE = "src/contract/source.js"
CREDENTIAL = "src/early/credential.js"
MEDIA_TYPES = "src/early/media-types.js"
INDEX = "src/early/index.js"
GUESSES = "src/early/guesses.js"
PLAN = "src/early/startup-plan.js"
WORKER = "src/media-worker.js"

STOCK = Weakening("stock OHIF", stock="dicomweb")
STOCK_JSON = Weakening("stock OHIF, with its data source for JSON files", stock="dicomjson")


def _without(name: str, *changes: tuple[str, str, str]) -> Weakening:
    return Weakening(name, template=tuple(Change(*change) for change in changes))


# The last exit

NO_LAST_EXIT = _without(
    "every request under the roots is permitted",
    (SCOPE, "permitted: ours && (named || permits(limits(scope), asked))", "permitted: true"),
)
ANY_METHOD = _without("methods are not checked", (REQUEST, "!METHODS.includes(method) || ", ""))
QUERY_NAMES_THE_STUDY = _without(
    "only the study in the query is checked, not the study in the path",
    (REQUEST, "const studies = new Set(steps.slice(1, 2));", "const studies = new Set();"),
)
PATH_NAMES_THE_STUDY = _without(
    "only the study in the path is checked, not the studies in the query",
    (
        REQUEST,
        "value.split(/[,\\\\]/).forEach(uid => studies.add(uid));",
        "studies.size || studies.add(value.split(/[,\\\\]/)[0]);",
    ),
)
ONE_STUDY_IS_ENOUGH = _without(
    "a request needs to name only one study of the link, among others",
    (
        REQUEST,
        "asked.studies.every(uid => scope.studies.includes(uid))",
        "asked.studies.some(uid => scope.studies.includes(uid))",
    ),
)
PATIENTS_ARE_FREE = _without(
    "patients are not checked",
    (REQUEST, "(scope.anyPatient || asked.patients.every(id => scope.patients.includes(id)))", "true"),
)
PATIENT_ID_ONLY = _without(
    "of a patient's attributes, only the Patient ID is checked",
    (REQUEST, "} else if (ABOUT_PATIENT.test(folded(name))) {\n      patients.add('*');", "} else if (false) {"),
)
OPEN_SEARCHES = _without("searches over the archive are permitted", (REQUEST, "return scope.open;", "return true;"))
OTHER_IS_FREE = _without(
    "requests that cannot be parsed are permitted",
    (REQUEST, "if (asked.kind === 'other') {\n    return false;", "if (asked.kind === 'other') {\n    return true;"),
)
ANY_PATH = _without(
    "ambiguous paths count as below a root",
    (PLACE, "if (!url || !isPlain(url.pathname)) {", "if (!url) {"),
    (SCOPE, "permitted: ours && (named || permits(limits(scope), asked))", "permitted: true"),
)
ROOT_BY_PREFIX = _without(
    "a path that begins like a root counts as below it",
    (PLACE, "return path.startsWith(`${root}/`) ?", "return path.startsWith(root) ?"),
    (SCOPE, "permitted: ours && (named || permits(limits(scope), asked))", "permitted: true"),
)
REDIRECTS = _without("redirects are followed", (TRANSPORT, "redirect: 'manual'", "redirect: 'follow'"))
NATIVE_XHR = _without(
    "XMLHttpRequest is not guarded", (INDEX, "  guardXhr(window, scope, credential, send, onResponse);\n", "")
)
NATIVE_FETCH = _without("fetch is not guarded", (INDEX, "  guardFetch(window, scope, credential, send);\n", ""))
NATIVE_MEDIA = _without(
    "media are not guarded", (INDEX, "  guardMedia(window, url => locate(url) !== undefined, worker, media);\n", "")
)
_ANY_PAGE = Change(
    WORKER,
    "const client = await scope.clients.get(clientId);",
    "const client = (await scope.clients.matchAll()).find(({ id }) => id !== clientId);",
)
ANY_PAGE_IS_ASKED = Weakening("the worker asks another page than the one that wants a video", template=(_ANY_PAGE,))
ADDRESSES_ARE_PAGES = Weakening(
    "the worker answers every request for an address, with the archive's type, and controls the whole viewer",
    template=(
        _ANY_PAGE,
        Change("src/early/worker-control.js", "const scope = window.location.pathname;", "const scope = '/';"),
        Change(WORKER, " && MEDIA.includes(request.destination)", ""),
        Change(MEDIA_TYPES, "return HARMLESS.test(bare) ? bare : undefined;", "return bare;"),
    ),
)
DISK_CACHE = _without("answers may be stored in the disk cache", (TRANSPORT, ", cache: 'no-store'", ""))

# The header

ANY_HEADER = _without(
    "headers are sent as code in the page sets them",
    (
        CREDENTIAL,
        "  function mustRemove(name, value, underRoots) {\n",
        "  function mustRemove(name, value, underRoots) {\n    return false;\n",
    ),
)
HEADER_BESIDES = _without(
    "the header is added to existing ones",
    (
        CREDENTIAL,
        "  function mustRemove(name, value, underRoots) {\n",
        "  function mustRemove(name, value, underRoots) {\n    return false;\n",
    ),
    (TRANSPORT, "headers.set(name, value)", "headers.append(name, value)"),
)

# Links


def _link_rule(name: str, clause: str, instead: str = "false ||") -> Weakening:
    return _without(name, (LINK, clause, instead))


TWO_URLS = _without(
    "the first of several url parameters is used",
    (LINK, "files.length > 1 ||", "false ||"),
    (LINK, "!files.every(Boolean);", "false;"),
)
URL_BESIDE_STUDIES = _link_rule("url may be combined with studies", "(files.length > 0 && named !== undefined) ||")
MANY_STUDIES = _link_rule("links may name any number of studies", "studies.length > MAX_STUDIES ||")
ANY_UID = _link_rule("UIDs are not checked", "!studies.every(uid => UID.test(uid)) ||")
ANY_LENGTH = _link_rule("links may have any length", "if (!page || href.length > MAX_LENGTH) {", "if (!page) {")
FIRST_TOKEN = _without("the first of several tokens is used", (TOKEN, "given.length > 1 || token", "token"))
ANY_TOKEN = _without(
    "tokens may have any characters",
    (TOKEN, "return value.length <= MAX_LENGTH && VISIBLE.test(value);", "return true;"),
)
ANY_JSON = _without(
    "links may name any JSON file, and everything under the roots is permitted",
    (STATE, "jsonFile(url, window.document.baseURI, origin, settings.dicomJson)", "url"),
    (SCOPE, "permitted: ours && (named || permits(limits(scope), asked))", "permitted: true"),
    (SCOPE, "if (isFile(url, scope)) {", "if (false) {"),
)

# Tricks

FETCH = "src/early/fetch.js"
XHR = "src/early/xhr.js"
READ_TWICE = _without(
    "fetch reads its argument twice",
    (FETCH, "const target = input instanceof window.Request ? input : String(input);", "const target = input;"),
    (
        FETCH,
        "const url = typeof target === 'string' ? target : target.url;",
        "const url = target instanceof window.Request ? target.url : String(target);",
    ),
    (FETCH, "send(request, decision);", "send(request, { ...decision, permitted: true });"),
)
URL_PROPERTY = _without(
    "any object with a url property counts as a Request",
    (
        FETCH,
        "const target = input instanceof window.Request ? input : String(input);",
        "const target = 'url' in Object(input) ? input : String(input);",
    ),
    (FETCH, "send(request, decision);", "send(request, { ...decision, permitted: true });"),
)
STALE_XHR = _without(
    "an XMLHttpRequest that is opened again keeps its first decision",
    (
        XHR,
        "    states.get(this)?.abort.abort();\n    states.delete(this);\n    if (!decision) {",
        "    if (!decision && states.get(this)) { states.get(this).url = new URL(text, document.baseURI).href; return undefined; }\n    states.delete(this);\n    if (!decision) {",
    ),
    (
        XHR,
        "state.response = await send(request, decision);",
        "state.response = await send(request, { scope: { link: {} }, ...decision, permitted: true, url: state.url });",
    ),
)
AS_SOMEONE = _without(
    "requests with a user name are treated like others",
    (XHR, "hasUser ? undefined : scope", "scope"),
    (SCOPE, "permitted: ours && (named || permits(limits(scope), asked))", "permitted: true"),
)
VERDICT_BY_FIRST_URL = _without(
    "the URL that is sent is not checked again",
    (FETCH, "scope.decide(request.method, request.url));", "scope.decide(request.method, url));"),
)

# The page

POLICY = r'<meta http-equiv="Content-Security-Policy"[^>]*>'
CONNECT_POLICY = Change(INDEX, "  addConnectPolicy(window, settings);\n", "")
NO_POLICY = Weakening("the page without its policy", template=(CONNECT_POLICY,), page=((POLICY, ""),))


# The token

NO_HANDOVER = _without(
    "the token is removed from the address with replaceState only",
    (STATE, "if (link.hasToken && store.writeHandover(", "if (false && store.writeHandover("),
)
STAYS = _without(
    "the token stays in the address",
    (STATE, "if (link.hasToken && store.writeHandover(", "if (false && store.writeHandover("),
    (STATE, "replaceState?.(history.state, '', address || plainAddress());", ""),
)
ARRIVAL = _without("the page's navigation activation is not cleared", (INDEX, "  clearActivation(window);\n", ""))
ONE_FOR_ALL = _without(
    "a tab's token is used for every link",
    (STORE, "write(prefix + key, token);", "write(prefix + 'any', token);"),
    (STORE, "read(prefix + key) : undefined", "read(prefix + 'any') : undefined"),
)
LIST_IS_OPEN = _without(
    "a tab's token is used for a page that names no study",
    (STATE, "return settings.studyList || key !== keyOf();", "return true;"),
    (SCOPE, "permitted: ours && (named || permits(limits(scope), asked))", "permitted: true"),
    (STORE, "write(prefix + key, token);", "write(prefix + 'any', token);"),
    (STORE, "read(prefix + key) : undefined", "read(prefix + 'any') : undefined"),
)
LEFT_OVER = _without(
    "a token that was handed over is used for any next link",
    (STATE, "remember(handover ?? found);", "remember(handover ? { ...handover, key: found.key } : found);"),
)
EVERYWHERE = _without(
    "the token is kept in localStorage",
    (
        STORE,
        "return window.sessionStorage.getItem(name) ?? undefined;",
        "return window.localStorage.getItem(name) ?? undefined;",
    ),
    (STORE, "        window.sessionStorage.setItem(name, value);", "        window.localStorage.setItem(name, value);"),
)
KEPT_ALL_THE_SAME = _without(
    "the token is kept for a reload even if the recipe forbids it",
    (
        STORE,
        "    if (settings.storage === 'tab') {\n      write(prefix + key, token);",
        "    if (true) {\n      write(prefix + key, token);",
    ),
)
UNAWARE = _without(
    "the address is read only once",
    (STATE, "    if (window.location.href !== lastAddress) {\n      sync();\n    }\n", ""),
    (INDEX, "  watchNavigation(window, sync);\n", ""),
)
DIES = _without(
    "a failure of the first script is not handled",
    (
        INDEX,
        "  } catch {\n    addBlockingPolicy(window);\n",
        "  } catch (error) {\n    throw error;\n    addBlockingPolicy(window);\n",
    ),
)
REFERRERS = Weakening(
    "the page without its referrer policy, and the token stays in the address",
    template=STAYS.template,
    page=((r'<meta name="referrer" content="no-referrer">', ""),),
)

ANY_DOCUMENT = Weakening(
    "a document is shown with its declared type, in a page without its policy",
    template=(CONNECT_POLICY, Change(MEDIA_TYPES, "return HARMLESS.test(bare) ? bare : undefined;", "return bare;")),
    page=((POLICY, ""),),
)
ANY_JSON_AND_PLACE = Weakening(
    "links may name any JSON file, in a page without its policy", (CONNECT_POLICY, *ANY_JSON.template), ((POLICY, ""),)
)
HANDOVER_STAYS = _without(
    "the handover is not removed from storage",
    (STORE, "    write(HANDOVER, undefined);\n", ""),
)
ARRIVAL_STAYS = Weakening(
    "the navigation activation is not cleared, and the token is removed with replaceState only",
    template=(*NO_HANDOVER.template, *ARRIVAL.template),
)
ANY_ARCHIVE = _without(
    "the token may go to every archive of the viewer",
    (SCOPE, "const ours = scope.source?.roots.includes(root) ?? false;", "const ours = true;"),
)
ONE_KEY_FOR_ALL_ARCHIVES = _without(
    "a token is stored without the name of its archive",
    (
        STATE,
        "return !source || source.name === defaultSource.name ? key : `${source.name} ${key}`;",
        "return key;",
    ),
)
UNLISTED_IS_DEFAULT = _without(
    "an unknown archive counts as the first",
    (
        SOURCE,
        "return names.every(other => other === name) ? sources.find(source => source.name === name) : undefined;",
        "return sources.find(source => source.name === name) ?? sources[0];",
    ),
)
UNESCAPED_TITLE = Weakening(
    "the title is written as it is, in a page without its policy",
    page=(
        (POLICY, ""),
        (
            "<title>&lt;/title&gt;&lt;script&gt;window.pwned = true&lt;/script&gt;",
            "<title></title><script>window.pwned = true</script>",
        ),
    ),
)
BARE = Weakening("a server without protective headers", bare=True)
ROOT_IS_ALL = _without(
    "the whole origin is a root",
    (
        PLACE,
        "if (!url || !isPlain(url.pathname)) {",
        "if (url?.origin === origin) { return { url, tail: '' }; }\n    if (!url) {",
    ),
    (SCOPE, "permitted: ours && (named || permits(limits(scope), asked))", "permitted: true"),
)
ANY_ORIGIN = Weakening(
    "a root's path counts at every origin, in a page without its policy",
    template=(
        CONNECT_POLICY,
        Change(PLACE, "const tail = root.origin === url.origin ? below(", "const tail = true ? below("),
    ),
    page=((POLICY, ""),),
)
UNNAMED = Weakening(
    "the first script has no sourceURL, and the token is removed with replaceState only",
    template=NO_HANDOVER.template,
    page=((POLICY, ""), (r"//# sourceURL=ohifbuild-early\.js", "")),
)

# Code that a recipe adds

LATE_DATA_SOURCES = _without(
    "data sources and a sign-in that are added late stay",
    (
        "src/extension.js",
        "      removeOtherDataSources(appConfig);\n      forgetOtherDataSources(extensionManager, appConfig);\n"
        "      delete appConfig.oidc;\n",
        "",
    ),
)
ANY_NAME_OF_A_MODULE = _without(
    "what an app_config_module exports is merged unseen",
    ("src/early/app-config-module.js", "if (problems.length) {", "if (problems.length > 1000) {"),
)

# Requests ahead of OHIF

ANSWERS_FOR_ANY_LINK = _without(
    "an answer that was asked for ahead is given to any link, with any token",
    (GUESSES, "guess.decision.scope !== decision.scope || !sameHeaders(guess.request, request)", "false"),
    (INDEX, "      guesses.end(false);\n", ""),
)
PLAN_OF_ANY_ARCHIVE = _without(
    "the plan of the first archive is used for each, and its requests are permitted",
    (PLAN, "startup.find(each => each.source === source)", "startup[0]"),
    (SCOPE, "permitted: ours && (named", "permitted: (named"),
)
ANY_VALUE_IN_A_PLAN = _without(
    "what an archive names is put into the next request unread, and permitted",
    (PLAN, "wanted.every(value => /^[0-9.]+$/.test(value))", "wanted"),
    (SCOPE, "permitted: ours && (named || permits(limits(scope), asked))", "permitted: true"),
)
