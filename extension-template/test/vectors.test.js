/** The contract in JavaScript returns the result of every row of the shared tables. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { kindOf, meaningOf, tellingOf } from '../src/contract/answers.js';
import { readLink } from '../src/contract/link.js';
import { below, isPlain } from '../src/contract/place.js';
import { meaning, permits } from '../src/contract/request.js';
import { DEFAULTS } from '../src/contract/settings.js';
import { sourceOf } from '../src/contract/source.js';
import { chooseToken, isToken, saysExpired } from '../src/contract/token.js';

const WARD = { name: 'ward', roots: ['/ward'], tokenHeader: 'token', tokenScheme: '', access: 'token' };

/** For each table, the expected and the actual result of a row. @type {Record<string, (row: any) => [unknown, unknown]>} */
const TABLES = {
  places: row => [row.tail, (isPlain(row.path) ? below(row.path, row.root) : undefined) ?? null],
  requests(row) {
    const { kind, studies, patients } = meaning(row.method, row.tail, row.query);
    return [
      [row.kind, row.studies, row.patients],
      [kind, [...studies].sort(), [...patients].sort()],
    ];
  },
  scopes: row => [row.permits, permits(row.scope, row.asked)],
  tokens(row) {
    const { token, bad } = chooseToken(row.raw);
    return [
      [row.token, row.bad, true],
      [token ?? null, bad, token === undefined || isToken(token)],
    ];
  },
  answers(row) {
    const answer = meaningOf(row.status);
    const telling = tellingOf(row.status, row.kind, row.shown);
    return [
      [row.kind, row.means, row.retry, row.message, row.covers],
      [
        kindOf(row.target),
        answer?.means ?? null,
        answer?.retry ?? false,
        telling?.message ?? null,
        telling?.covers ?? false,
      ],
    ];
  },
  expiry: row => [row.expired, saysExpired(row.token, row.now)],
  limits({ kind, length, accepted }) {
    const link = 'https://v.example/viewer?x=';
    const refused =
      kind === 'token' ? !isToken('x'.repeat(length)) : readLink(link.padEnd(length, 'x'), 'token').problem !== '';
    return [accepted, !refused];
  },
  sources({ publicUrl, address, source }) {
    const settings = /** @type {any} */ ({ ...DEFAULTS, sourceName: 'main', further: [WARD], publicUrl });
    return [source, sourceOf(settings, new URL(address, 'https://v.example'))?.name ?? null];
  },
  links(row) {
    const { problem, token, studies, url, key, address } = readLink(row.link, row.param);
    const expected = [row.problem, row.token, row.studies, row.url, row.key, row.address];
    return [expected, [problem, token ?? null, studies, url, key, address]];
  },
};

for (const [name, read] of Object.entries(TABLES)) {
  // One test for a table, not for a row: two thousand of them take longer to report than to run.
  test(`every row of ${name} has the result that it states`, () => {
    const { rows } = JSON.parse(readFileSync(new URL(`vectors/${name}.json`, import.meta.url), 'utf8'));
    const wrong = rows
      .map((/** @type {any} */ row) => ({ row, result: read(row) }))
      .filter((/** @type {any} */ { result: [expected, actual] }) => !isDeepStrictEqual(expected, actual))
      .map((/** @type {any} */ { row, result }) => ({ why: row.why, row, actual: result[1] }));
    assert.ok(rows.length > 0);
    assert.deepEqual(wrong, []);
  });
}
