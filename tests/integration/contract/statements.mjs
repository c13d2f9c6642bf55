/** Answers what JavaScript's statement of the contract gives: a line of JSON `[name, …arguments]` in, a line out. */

import { createInterface } from 'node:readline';
import { readLink } from '../../../extension-template/src/contract/link.js';
import { below, isPlain } from '../../../extension-template/src/contract/place.js';
import { meaning, permits } from '../../../extension-template/src/contract/request.js';
import { DEFAULTS } from '../../../extension-template/src/contract/settings.js';
import { sourceOf } from '../../../extension-template/src/contract/source.js';
import { chooseToken, saysExpired } from '../../../extension-template/src/contract/token.js';

const SECOND = { name: 'second', roots: ['/second'], tokenHeader: 'token', tokenScheme: '', access: 'token' };
const SETTINGS = { ...DEFAULTS, further: [SECOND] };

const STATEMENTS = {
  place: (path, root) => (isPlain(path) ? (below(path, root) ?? null) : null),
  request(method, tail, query) {
    const { kind, studies, patients } = meaning(method, tail, query);
    return [kind, [...studies].sort(), [...patients].sort()];
  },
  permits: (scope, method, tail, query) => permits(scope, meaning(method, tail, query)),
  token(raw) {
    const { token, bad } = chooseToken(raw);
    return [token ?? null, bad];
  },
  expired: (token, now) => saysExpired(token, now),
  /** Browsers mend an address before anyone reads it; null where there is nothing to mend. */
  link(text, param) {
    const href = URL.canParse(text) ? new URL(text).href : null;
    const { problem, token, studies, url, key, address } = readLink(href ?? text, param);
    return [href, problem, token ?? null, studies, url, key, address];
  },
  /** Path and query as the browser has them, and the archive that they name; null for what is no address. */
  source(text) {
    if (!URL.canParse(text)) {
      return null;
    }
    const address = new URL(text);
    return [address.pathname, address.search, sourceOf(SETTINGS, address)?.name ?? null];
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const [name, ...given] = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(STATEMENTS[name](...given))}\n`);
}
