/** Types shared by the early script, the extension and its mode. */

/** What requests carry: the link's token, the browser's cookies and sign-in, or both. */
export type Access = 'token' | 'session' | 'token-and-session';

/** An archive. */
export interface Source {
  /** Its name in addresses: `/viewer/NAME`. */
  readonly name: string;
  /** Where its token may be sent; the root of searches is the first. */
  readonly roots: readonly string[];
  readonly tokenHeader: string;
  readonly tokenScheme: string;
  readonly access: Access;
}

/** The settings. The build writes them into index.html as JSON; the defaults are in `src/contract/settings.js`. */
export interface StartupFiles {
  /** Name of the page's variable to which the bundler's chunks add themselves. */
  readonly queue: string;
  /** Ids of the chunks in the joined script. */
  readonly chunks: readonly string[];
  /** Ids of the chunks whose style sheets are in the joined style sheet. */
  readonly styled: readonly string[];
  /** Name of the script with the modules that load after the first image; '' if there is none. */
  readonly later: string;
}

export interface Settings {
  /** Query or fragment parameter that has the token; compared without case. */
  readonly tokenParam: string;
  /** Request header that has the token. */
  readonly tokenHeader: string;
  /** Written before the token in the header, as in `Bearer TOKEN`; may be empty. */
  readonly tokenScheme: string;
  /** Where the token may be sent: paths of this origin, or absolute http(s) URLs. */
  readonly roots: readonly string[];
  /** Whether the viewer may search for the patient's other studies. */
  readonly priors: 'never' | 'exact' | 'ohif';
  /** Where the token is stored. `tab`: in sessionStorage; `memory`: until the page is closed or reloaded. */
  readonly storage: 'tab' | 'memory';
  /** Whether the study list, and so searches for studies without a UID, are permitted. */
  readonly studyList: boolean;
  /** Path the viewer is served at, with slashes at both ends. */
  readonly publicUrl: string;
  /** Other origins that the site's extensions may connect to (never with the token); none by default. */
  readonly connect: readonly string[];
  /** Path of the JSON files that a link may name, with `{id}` for the part that differs; '' if it may not name any. */
  readonly dicomJson: string;
  /** Name of the default archive, which `roots`, header, scheme and `access` are about. */
  readonly sourceName: string;
  /** What requests to the default archive carry. */
  readonly access: Access;
  /** The other archives. */
  readonly further: readonly Source[];
  /** The appearance; the colours are `hue saturation% lightness%` by the name of OHIF's custom property. */
  readonly branding: {
    readonly name: string;
    readonly logo: string;
    readonly colours: Readonly<Record<string, string>>;
  };
  /** The last line of every message: whom to call. Plain text; may be empty. */
  readonly contact: string;
  /** What OHIF asks each archive first; empty if the viewer asks for nothing ahead of OHIF. */
  readonly startup: readonly StartupPlan[];
  /** Whether the first image is shown, once it has arrived, until OHIF shows it. */
  readonly previewImage: boolean;
  /** Whether `ohifbuild-media.js` is in `publicUrl`, a service worker by which videos play while they arrive. */
  readonly mediaStreaming: boolean;
  /** Whether phones and tablets get the layout for fingers. */
  readonly touchLayout: boolean;
  /** The files into which the build has joined the bundler's chunks; undefined if it has joined none. */
  readonly startupFiles?: StartupFiles;
}

/** The first requests to an archive, in the order in which each waits for the answer of the one before. */
export interface StartupPlan {
  /** Name of the archive. */
  readonly source: string;
  /** For a link with one study. */
  readonly one: readonly Template[];
  /** For each study of a link with several. */
  readonly several: readonly Template[];
}

/** A request with `{study}`, `{series}`, `{instance}` and `{frame}` in place of values. */
export interface Template {
  readonly url: string;
  readonly headers: Record<string, string>;
}

/** The image that OHIF shows first, as it came from the archive. */
export interface FirstImage {
  readonly study: string;
  readonly series: string;
  readonly instance: string;
  /** DICOM JSON of the instance (PS3.18 annex F). */
  readonly metadata: import('../src/early/first-image.js').Row;
  /** The content of the answer's first part, and that part's type. */
  readonly frame: { readonly bytes: Uint8Array<ArrayBuffer>; readonly contentType: string };
}

/** How many requests were sent ahead of OHIF, how many of them OHIF wanted, how many not, and how many still wait. */
export interface GuessRecord {
  readonly sent: number;
  readonly used: number;
  readonly wrong: number;
  readonly waiting: number;
}

/**
 * `ready`: there is a token for the page's studies. `leaving`: another load of the page, without the token in its
 * address, replaces this one. `broken`: the page cannot be guarded, so it loads nothing.
 */
export type LinkStatus = 'ready' | 'no-token' | 'bad-token' | 'bad-link' | 'long-uid' | 'broken' | 'leaving';

/** What a message is about; `src/texts` has the words. */
export type Reason =
  | 'broken'
  | 'bad-token'
  | 'bad-link'
  | 'long-uid'
  | 'no-files'
  | 'no-token'
  | 'updated'
  | 'signed-out'
  | 'expired'
  | 'refused'
  | 'not-found'
  | 'unreachable'
  | 'busy'
  | 'failed'
  | 'incomplete'
  | 'outside'
  | 'other-study'
  | 'slow'
  | 'waiting';

/** Names that a recipe's `app_config_module` may not set, each with the reason. */
export interface RefusedNames {
  readonly appConfig: Record<string, string>;
  readonly customizations: Record<string, string>;
}

/** The current link, without its token. */
export interface LinkState {
  readonly status: LinkStatus;
  /** Study Instance UIDs of the link, in the order of the link, without repetition. */
  readonly studies: readonly string[];
  /** Path of the JSON file that the link names instead of studies (`?url=`). */
  readonly url?: string;
  /** Name of the archive that the address names; '' if the viewer has no such archive. */
  readonly source?: string;
}

/** A response of the archive, or a missing one. */
export interface ArchiveResponse {
  /** The requested URL, absolute. */
  readonly url: string;
  /** HTTP status, 0 if there was no response, or what else is wrong. */
  readonly status: import('../src/contract/answers.js').Status;
  /** Value of WWW-Authenticate, or ''. */
  readonly challenge: string;
  /** What it was for, if the URL does not tell. */
  readonly kind?: import('../src/contract/answers.js').Kind;
  /** Set if the request was not sent, because it asks for more than the link permits. */
  readonly outside?: true;
}

/** An error of a request under the roots. */
export interface RequestError {
  readonly reason: Reason;
  /** HTTP status, 0 if there was no response, or what else is wrong. */
  readonly status: import('../src/contract/answers.js').Status;
}

/** `window[Symbol.for('ohifbuild')]`, frozen. */
export interface EarlyApi {
  readonly settings: Settings;
  /** Prepares OHIF's configuration, `window.config`, as soon as app-config.js has set it. */
  configure(config: { extensions?: string[] }): void;
  /** Merges the default export of the recipe's `app_config_module`; throws if it has a refused name. */
  mergeModule(config: Record<string, unknown>, given: unknown, refused: RefusedNames): void;
  /** The current link. */
  link(): LinkState;
  /** Reads the address bar again. Called for every navigation. */
  sync(): LinkState;
  /** Whether a URL is under the configured roots. */
  guards(url: string): boolean;
  /**
   * The header for a URL under the roots that the link permits, for requests that the guards do not see (in a Worker);
   * empty for every other URL. Requests of the page need no header: the guards set it.
   */
  headers(url: string): Record<string, string>;
  /**
   * Shows the message for a reason, unless a more severe one is shown. With `about` it is about one study of the link
   * (its UID), or about a `part` of a study, and does not cover what else can be shown.
   */
  report(reason: Reason, about?: string): void;
  /** What became of the requests that were sent ahead of OHIF. */
  guessed(): GuessRecord;
  /** Calls the listener for every error, also without a message. Returns a function that removes the listener. */
  onRefused(listener: (error: RequestError) => void): () => void;
}

declare global {
  interface Window {
    modes?: string[];
    /** The compiled extensions by name, which OHIF registers in this order. */
    extensions?: string[];
    config?: { ohifbuild?: Partial<Settings> } & Record<string, unknown>;
    XMLHttpRequest: typeof XMLHttpRequest;
    Request: typeof Request;
    Headers: typeof Headers;
    URL: typeof URL;
    DOMException: typeof DOMException;
    Event: typeof Event;
    ProgressEvent: typeof ProgressEvent;
    AbortController: typeof AbortController;
    Blob: typeof Blob;
    MutationObserver: typeof MutationObserver;
    Element: typeof Element;
  }
}
