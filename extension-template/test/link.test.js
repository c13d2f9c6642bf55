import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLink } from '../src/early/link.js';
import { chooseToken, LONGEST, saysExpired } from '../src/early/token.js';
import { createRoots } from '../src/early/roots.js';

const read = (/** @type {string} */ path, param = 'token') => {
  const { origin, pathname, search, hash } = new URL(path, 'https://v.example');
  return readLink({ origin, pathname, search, hash }, param);
};
const tokenOf = (/** @type {string} */ path) => chooseToken(read(path).tokens);

test('takes the token out of query and fragment and leaves every other byte', () => {
  const link = read('/viewer?a=%7e+x&TOKEN=abc&&b=%zz&StudyInstanceUIDs=1.2#c=1&Token=abc&d');
  assert.deepEqual(link.tokens, ['abc', 'abc']);
  assert.equal(link.address, 'https://v.example/viewer?a=%7e+x&&b=%zz&StudyInstanceUIDs=1.2#c=1&d');
});

test('finds the parameter under any case, percent-encoded, and under its configured name', () => {
  assert.deepEqual(read('/?%74oKeN=x').tokens, ['x']);
  assert.deepEqual(read('/?Share=x&token=y', 'SHARE').tokens, ['x']);
});

test('leaves no question mark or hash behind when nothing follows them', () => {
  assert.equal(read('/viewer?token=x#token=x').address, 'https://v.example/viewer');
});

test('a path that looks like another host stays a path', () => {
  assert.equal(read('//evil.example/viewer?token=x').address, 'https://evil.example/viewer');
  const { address } = readLink({ origin: 'https://v.example', pathname: '//evil.example/', search: '?token=x', hash: '' }, 'token');
  assert.equal(address, 'https://v.example//evil.example/');
});

test('reads studies in any case, as a list and repeated, without repetition', () => {
  const link = read('/viewer?studyinstanceuids=1.2.4,1.2.3&StudyInstanceUIDs=1.2.3');
  assert.deepEqual(link.studies, ['1.2.4', '1.2.3']);
  assert.equal(link.key, read('/x?StudyInstanceUIDs=1.2.3%2C1.2.4').key);
});

test('studies in the fragment win, as they do in OHIF', () => {
  assert.deepEqual(read('/viewer?StudyInstanceUIDs=1.2#StudyInstanceUIDs=1.3').studies, ['1.3']);
});

test('what is no UID is no study', () => {
  const link = read('/viewer?StudyInstanceUIDs=1.2/../../x,*,1..2,' + '1'.repeat(65));
  assert.deepEqual([link.studies, link.named, link.key], [[], true, '']);
});

test('a dicom-json link is known by its url', () => {
  assert.equal(read('/viewer?url=..%2Fstudies%2F1%2Fohif-dicom-json').key, 'url:../studies/1/ohif-dicom-json');
});

test('decodes a token as a path is decoded: plus stays plus', () => {
  assert.equal(tokenOf('/?token=a+b/c=').token, 'a+b/c=');
  assert.equal(tokenOf('/?token=a%2Bb%2Fc%3D%3D').token, 'a+b/c==');
});

test('no token and an empty one are the same', () => {
  assert.deepEqual([tokenOf('/'), tokenOf('/?token='), tokenOf('/?token')], [{ bad: false }, { bad: false }, { bad: false }]);
});

for (const [what, value] of Object.entries({
  CR: 'a%0db', LF: 'a%0Ab', NUL: 'a%00b', space: 'a%20b', tab: 'a%09b', DEL: 'a%7fb', 'non-ASCII': 'a%C3%A9b', 'raw non-ASCII': 'aéb',
  'broken encoding': 'a%zz', 'broken UTF-8': 'a%ff', '16 KiB': 'x'.repeat(16384), 'just too long': 'x'.repeat(LONGEST + 1),
})) {
  test(`refuses a token with ${what}`, () => assert.deepEqual(tokenOf(`/?token=${value}`), { bad: true }));
}

test('the longest token passes', () => assert.equal(tokenOf(`/?token=${'x'.repeat(LONGEST)}`).token?.length, LONGEST));

test('the same token twice is one, two tokens are none', () => {
  assert.equal(tokenOf('/?token=a%2E&token=a.#token=a.').token, 'a.');
  assert.deepEqual(tokenOf('/?token=a&TOKEN=b'), { bad: true });
  assert.deepEqual(tokenOf('/?token=a#token=b'), { bad: true });
});

test('a JWT past its time says so; anything else does not', () => {
  const jwt = (/** @type {unknown} */ claims) => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;
  assert.equal(saysExpired(jwt({ exp: 99 }), 100_000), true);
  assert.equal(saysExpired(jwt({ exp: 101 }), 100_000), false);
  assert.equal(saysExpired(jwt({ expiration_date: '1970-01-01T00:01:39+00:00' }), 100_000), true);
  assert.equal(saysExpired(jwt({ expiration_date: '1970-01-01T00:01:41+00:00' }), 100_000), false);
  for (const token of [jwt({}), jwt({ exp: 'soon' }), jwt({ expiration_date: 'soon' }), jwt(null), 'x.%%%.y', 'opaque', 'a.b.c.d']) {
    assert.equal(saysExpired(token, 100_000), false);
  }
});

const under = createRoots(['/dicom-web/', 'https://pacs.example:8443/wado'], () => 'https://v.example/ohif/viewer?x', 'https://v.example');

for (const url of [
  '/dicom-web', '/dicom-web/studies?x=..%2f..', 'https://v.example/dicom-web/a', 'HTTPS://V.EXAMPLE:443/dicom-web/a', '../dicom-web/a',
  '\\dicom-web\\a', '/x/../dicom-web/a', '/%64icom-web/a', '/dicom-web/a/./b', '/dicom-web/a/../b', '//v.example/dicom-web', 'https://pacs.example:8443/wado/a',
  '/dicom-web/a%20b', ' /dicom-web/a\n',
]) {
  test(`is under the roots: ${JSON.stringify(url)}`, () => assert.equal(under(url), true));
}

for (const url of [
  '/dicom-web2', '/dicom-webX/a', '/DICOM-WEB/a', '/', '/ohif/dicom-web/a', 'dicom-web/a', 'http://v.example/dicom-web/a', 'https://v.example:8443/dicom-web/a',
  'https://v.example.evil.example/dicom-web', 'https://evil.example/dicom-web/a', '//evil.example/dicom-web', '\\\\evil.example/dicom-web',
  'https://v.example@evil.example/dicom-web/a', 'https://user:pw@v.example/dicom-web/a', 'https://user@v.example/dicom-web/a',
  '/dicom-web/../admin', '/dicom-web/%2e%2e/admin', '/dicom-web/.%2E/admin', '/dicom-web/..%2fadmin', '/dicom-web/%2e%2e%2fadmin',
  '/dicom-web/..%5cadmin', '/dicom-web/%252e%252e%252fadmin', '/dicom-web/%25252e%25252e/x', '/dicom-web/..;/admin', '/dicom-web/a%2f..%2f..%2fb', '/dicom-web/..\\admin',
  '/dicom-web/%00', '/dicom-web/a%0d%0ab', '/dicom-web/%ff', '/dicom-web/%zz', 'blob:https://v.example/dicom-web/1', 'data:text/plain,/dicom-web/', 'javascript:1',
  'ws://v.example/dicom-web', 'https://pacs.example/wado', 'https://pacs.example:8443/wado2', 'https://', '',
]) {
  test(`is not under the roots: ${JSON.stringify(url)}`, () => assert.equal(under(url), false));
}
