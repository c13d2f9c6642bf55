/**
 * Guards XMLHttpRequest: under the roots the header is sent exactly once, elsewhere never.
 *
 * What cannot be had here: XMLHttpRequest follows redirects by itself and takes the header along, to another origin where
 * that origin asks for it in a CORS preflight (seen in Chromium). border.js stops that at the origin; a redirect within
 * the origin keeps the header. fetch (see fetch.js) refuses redirects altogether.
 */

/** @typedef {import('../../types/early.js').Answer} Answer */

/**
 * @param {Window} window
 * @param {import('./credential.js').Credential} credential
 * @param {(answer: Answer) => void} tell
 */
export function guardXhr(window, credential, tell) {
  const prototype = window.XMLHttpRequest.prototype;
  const { open, setRequestHeader, send } = prototype;
  /** @type {WeakMap<XMLHttpRequest, {url: string, guarded: boolean}>} */
  const requests = new WeakMap();
  /** @type {WeakSet<XMLHttpRequest>} */
  const heard = new WeakSet();

  /**
   * @this {XMLHttpRequest}
   * @param {string} method
   * @param {string | URL} url
   * @param {any[]} rest
   */
  prototype.open = function (method, url, ...rest) {
    // Read once: an object whose toString changes would be judged by one URL and sent to another.
    const text = String(url);
    const asSomeone = rest[1] != null || rest[2] != null; // user and password
    const guarded = !asSomeone && credential.guards(text);
    if (guarded && !heard.has(this)) {
      heard.add(this);
      listen(this);
    }
    requests.set(this, { url: guarded ? new URL(text, window.document.baseURI).href : text, guarded });
    // @ts-expect-error the overloads of open take two or three to five arguments, all of which pass through here
    return open.call(this, method, text, ...rest);
  };

  /**
   * @this {XMLHttpRequest}
   * @param {string} name
   * @param {string} value
   */
  prototype.setRequestHeader = function (name, value) {
    if (!credential.unwanted(String(name), String(value), requests.get(this)?.guarded ?? false)) {
      setRequestHeader.call(this, name, value);
    }
  };

  /**
   * @this {XMLHttpRequest}
   * @param {Document | XMLHttpRequestBodyInit | null} [body]
   */
  prototype.send = function (body) {
    if (requests.get(this)?.guarded) {
      const value = credential.value();
      if (value === undefined) {
        // Nothing may be asked without a token. Scheme `about:` is never fetched: the request fails as if the network
        // were down, with all its usual events, and nothing leaves the browser.
        requests.delete(this);
        open.call(this, 'GET', 'about:invalid', true);
        return send.call(this, null);
      }
      setRequestHeader.call(this, credential.name, value);
    }
    return send.call(this, body);
  };

  /** @param {XMLHttpRequest} xhr */
  function listen(xhr) {
    xhr.addEventListener('load', () => report(xhr, xhr.status));
    xhr.addEventListener('error', () => report(xhr, 0));
    xhr.addEventListener('timeout', () => report(xhr, 0));
  }

  /**
   * @param {XMLHttpRequest} xhr
   * @param {number} status
   */
  function report(xhr, status) {
    const request = requests.get(xhr);
    if (request?.guarded) {
      const challenge = status === 401 || status === 403 ? xhr.getResponseHeader('WWW-Authenticate') : null;
      tell({ url: request.url, status, challenge: challenge ?? '' });
    }
  }
}
