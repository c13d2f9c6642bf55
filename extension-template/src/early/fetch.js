/** Guards fetch: under the roots the header is sent exactly once, elsewhere never. */

/**
 * @param {Window & typeof globalThis} window
 * @param {import('./credential.js').Credential} credential
 * @param {(answer: import('../../types/early.js').Answer) => void} tell
 */
export function guardFetch(window, credential, tell) {
  const fetch = window.fetch;

  /**
   * @param {RequestInfo | URL} input
   * @param {RequestInit} [init]
   * @returns {Promise<Response>}
   */
  async function guardedFetch(input, init) {
    const url = typeof input === 'object' && 'url' in input ? input.url : String(input);
    if (!credential.guards(url)) {
      const kept = cleaned(input, init);
      return fetch.call(window, kept ? new window.Request(input, { ...init, headers: kept }) : input, kept ? undefined : init);
    }
    const value = credential.value();
    if (value === undefined) {
      throw new TypeError('Failed to fetch');
    }
    const absolute = new URL(url, window.document.baseURI).href;
    const request = new window.Request(typeof input === 'object' && 'url' in input ? input : absolute, init);
    const headers = withoutUnwanted(request.headers, true);
    headers.set(credential.name, value);
    // Redirects are refused: the header would follow them to wherever the answer points.
    // `no-cors` would silently drop the header; the archive is either of this origin or must allow CORS anyway.
    /** @type {RequestInit} */
    const changes = { headers, redirect: 'error' };
    if (request.mode === 'no-cors') {
      changes.mode = 'cors';
    }
    return ask(new window.Request(request, changes));
  }

  /** @param {Request} request */
  async function ask(request) {
    try {
      const response = await fetch.call(window, request);
      tell({ url: request.url, status: response.status, challenge: response.headers.get('WWW-Authenticate') ?? '' });
      return response;
    } catch (error) {
      if (!request.signal.aborted) {
        tell({ url: request.url, status: 0, challenge: '' });
      }
      throw error;
    }
  }

  /**
   * The headers of a request to elsewhere, if any of them has to go.
   *
   * @param {RequestInfo | URL} input
   * @param {RequestInit} [init]
   * @returns {Headers | undefined}
   */
  function cleaned(input, init) {
    const given = new window.Headers(init?.headers ?? (typeof input === 'object' && 'headers' in input ? input.headers : []));
    const kept = withoutUnwanted(given, false);
    return [...kept].length === [...given].length ? undefined : kept;
  }

  /**
   * @param {Headers} headers
   * @param {boolean} guarded
   */
  function withoutUnwanted(headers, guarded) {
    return new window.Headers([...headers].filter(([name, value]) => !credential.unwanted(name, value, guarded)));
  }

  window.fetch = guardedFetch;
}
