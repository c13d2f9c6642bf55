/** Shapes shared by the early script, the extension and its mode. */

/** What is configurable. Written into index.html as JSON; see `src/early/settings.js` for the defaults. */
export interface Settings {
  /** Query or fragment parameter that carries the token; compared without case. */
  readonly tokenParam: string;
  /** Request header that carries the token. */
  readonly tokenHeader: string;
  /** Written before the token in the header, as in `Bearer TOKEN`; may be empty. */
  readonly tokenScheme: string;
  /** Where the token may go: paths of this origin, or absolute http(s) URLs. */
  readonly roots: readonly string[];
  /** Whether the viewer may ask for the patient's other studies. */
  readonly priors: 'never' | 'exact' | 'ohif';
  /** `tab`: kept in sessionStorage; `memory`: gone with the page. */
  readonly storage: 'tab' | 'memory';
  /** Whether the work list, and so searches for studies without a UID, are allowed. */
  readonly studyList: boolean;
  /** Path the viewer is served at, with slashes at both ends. */
  readonly publicUrl: string;
  /** Other origins that extensions of the site may talk to (never with the token); none by default. */
  readonly connect: readonly string[];
  /** Path of the JSON files that a link may name, with `{id}` for the part that differs; '' where it may name none. */
  readonly dicomJson: string;
}

/**
 * `ready`: there is a token for the page's studies. `leaving`: another load of the page, without the token in its address, takes
 * its place. `broken`: the page cannot be guarded, so it loads nothing.
 */
export type LinkStatus = 'ready' | 'no-token' | 'bad-token' | 'bad-link' | 'broken' | 'leaving';

export type Reason =
  'broken' | 'bad-token' | 'bad-link' | 'no-token' | 'expired' | 'refused' | 'not-found' | 'unreachable' | 'outside';

/** The link in effect, without its token. */
export interface LinkState {
  readonly status: LinkStatus;
  /** Study Instance UIDs of the link, in the order of the link, without repetition. */
  readonly studies: readonly string[];
  /** Path of the JSON file that the link names instead of studies (`?url=`). */
  readonly url?: string;
}

/** One answer, or missing answer, of the archive. */
export interface Answer {
  /** The URL asked, absolute. */
  readonly url: string;
  /** HTTP status, or 0 where no answer came. */
  readonly status: number;
  /** Value of WWW-Authenticate, or ''. */
  readonly challenge: string;
  /** Set where the request was not sent, because it asks for more than the link allows. */
  readonly outside?: true;
}

export interface Trouble {
  readonly reason: Reason;
  /** HTTP status behind it, or 0. */
  readonly status: number;
}

/** `window[Symbol.for('ohifbuild')]`, frozen. */
export interface EarlyApi {
  readonly settings: Settings;
  /** The link in effect now. */
  link(): LinkState;
  /** Reads the address bar again; called for every navigation. */
  sync(): LinkState;
  /** Whether a URL lies under the configured roots. */
  guards(url: string): boolean;
  /**
   * The header for a URL under the roots, for what the guard cannot reach (a Worker of one's own); empty for every
   * other URL. Requests of the page itself need no header: the guard sets it.
   */
  headers(url: string): Record<string, string>;
  /** Shows the message for a reason, unless a graver one is up. */
  report(reason: Reason): void;
  /** Tells of every trouble, also those that show no message; returns the unsubscriber. */
  onRefused(listener: (trouble: Trouble) => void): () => void;
}

declare global {
  interface Window {
    modes?: string[];
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
