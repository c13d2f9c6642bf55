/** JavaScript's statement of the contract gives what every row of the shared tables says. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readLink } from '../src/contract/link.js';
import { below, isPlain } from '../src/contract/place.js';
import { meaning, permits } from '../src/contract/request.js';
import { chooseToken, isToken, saysExpired } from '../src/contract/token.js';

/** @param {string} name */
function rows(name) {
  return JSON.parse(readFileSync(new URL(`./vectors/${name}.json`, import.meta.url), 'utf8')).rows;
}

for (const row of rows('places')) {
  test(`place ${JSON.stringify(row.path)}: ${row.why}`, () => {
    assert.equal((isPlain(row.path) ? below(row.path, row.root) : undefined) ?? null, row.tail);
  });
}

for (const row of rows('requests')) {
  test(`request ${row.method} ${JSON.stringify(`${row.tail}?${row.query}`)}: ${row.why}`, () => {
    const { kind, studies, patients } = meaning(row.method, row.tail, row.query);
    assert.deepEqual([kind, [...studies].sort(), [...patients].sort()], [row.kind, row.studies, row.patients]);
  });
}

for (const row of rows('scopes')) {
  test(`scope ${row.why}`, () => assert.equal(permits(row.scope, row.asked), row.permits));
}

for (const row of rows('tokens')) {
  test(`token ${JSON.stringify(row.raw).slice(0, 60)}: ${row.why}`, () => {
    const { token, bad } = chooseToken(row.raw);
    assert.deepEqual([token ?? null, bad], [row.token, row.bad]);
    assert.ok(token === undefined || isToken(token));
  });
}

for (const row of rows('expiry')) {
  test(`expiry ${row.why}`, () => assert.equal(saysExpired(row.token, row.now), row.expired));
}

for (const row of rows('links')) {
  test(`link ${row.link.slice(0, 80)}: ${row.why}`, () => {
    const { problem, token, studies, url, key, address } = readLink(row.link, row.param);
    const { problem: p, token: t, studies: s, url: u, key: k, address: a } = row;
    assert.deepEqual([problem, token ?? null, studies, url, key, address], [p, t, s, u, k, a]);
  });
}
