/** The place of a URL, after the browser's own parser has read it. Paths alone are in the shared tables. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRoots, jsonFile } from '../src/contract/place.js';

const locate = createRoots(
  ['/dicom-web/', 'https://pacs.example:8443/wado'],
  () => 'https://v.example/ohif/viewer?x',
  'https://v.example'
);
const under = (/** @type {string} */ url) => locate(url) !== undefined;

for (const url of [
  '/dicom-web',
  '/dicom-web/studies?x=..%2f..',
  'https://v.example/dicom-web/a',
  'HTTPS://V.EXAMPLE:443/dicom-web/a',
  '../dicom-web/a',
  '\\dicom-web\\a',
  '/x/../dicom-web/a',
  '/dicom-web/a/./b',
  '/dicom-web/a/../b',
  '//v.example/dicom-web',
  'https://pacs.example:8443/wado/a',
  '/dicom-web/a%20b',
  ' /dicom-web/a\n',
]) {
  test(`is under the roots: ${JSON.stringify(url)}`, () => assert.equal(under(url), true));
}

for (const url of [
  '/%64icom-web/a',
  '/dicom-web2',
  '/dicom-webX/a',
  '/DICOM-WEB/a',
  '/',
  '/ohif/dicom-web/a',
  'dicom-web/a',
  'http://v.example/dicom-web/a',
  'https://v.example:8443/dicom-web/a',
  'https://v.example.evil.example/dicom-web',
  'https://evil.example/dicom-web/a',
  '//evil.example/dicom-web',
  '\\\\evil.example/dicom-web',
  'https://v.example@evil.example/dicom-web/a',
  'https://user:pw@v.example/dicom-web/a',
  'https://user@v.example/dicom-web/a',
  '/dicom-web/../admin',
  '/dicom-web/%2e%2e/admin',
  '/dicom-web/.%2E/admin',
  '/dicom-web/..%2fadmin',
  '/dicom-web/%2e%2e%2fadmin',
  '/dicom-web/..%5cadmin',
  '/dicom-web/%252e%252e%252fadmin',
  '/dicom-web/%25252e%25252e/x',
  '/dicom-web/..;/admin',
  '/dicom-web/a%2f..%2f..%2fb',
  '/dicom-web/..\\admin',
  '/dicom-web/%00',
  '/dicom-web/a%0d%0ab',
  '/dicom-web/%ff',
  '/dicom-web/%zz',
  'blob:https://v.example/dicom-web/1',
  'data:text/plain,/dicom-web/',
  'javascript:1',
  'ws://v.example/dicom-web',
  'https://pacs.example/wado',
  'https://pacs.example:8443/wado2',
  'https://',
  '',
]) {
  test(`is not under the roots: ${JSON.stringify(url)}`, () => assert.equal(under(url), false));
}

for (const roots of [
  ['/orthanc', '/orthanc/dicom-web', '/other'],
  ['/orthanc/dicom-web', '/orthanc'],
]) {
  test(`of several roots the longest counts: ${roots}`, () => {
    const nested = createRoots(roots, () => 'http://127.0.0.1:8042/', 'http://127.0.0.1:8042');
    assert.equal(nested('/orthanc/dicom-web/studies')?.tail, 'studies');
    assert.equal(nested('/orthanc/instances/1')?.tail, 'instances/1');
    assert.equal(nested('https://127.0.0.1:8042/orthanc'), undefined);
  });
}

test('a root that is no http or https URL is none', () => {
  const odd = createRoots(
    ['ws://v.example/dicom-web', 'https://', 'https://u@v.example/dicom-web'],
    () => 'https://v.example/',
    'https://v.example'
  );
  assert.deepEqual(['ws://v.example/dicom-web', '/dicom-web', 'https://v.example/dicom-web/a'].map(odd), [
    undefined,
    undefined,
    undefined,
  ]);
});

test('a place is known as an absolute URL', () =>
  assert.equal(locate('../dicom-web/a?x#y')?.url.href, 'https://v.example/dicom-web/a?x#y'));

const file = (/** @type {string} */ url, pattern = '/orthanc/studies/{id}/ohif-dicom-json') =>
  jsonFile(url, 'https://v.example/ohif/viewer', 'https://v.example', pattern);

for (const url of [
  '/orthanc/studies/a-1/ohif-dicom-json',
  '../orthanc/studies/a-1/ohif-dicom-json',
  'https://v.example/orthanc/studies/a-1/ohif-dicom-json',
  '\\orthanc\\studies\\a-1\\ohif-dicom-json',
]) {
  test(`is a JSON file that a link may name: ${url}`, () =>
    assert.equal(file(url), '/orthanc/studies/a-1/ohif-dicom-json'));
}

for (const url of [
  'data:application/json,{}',
  'blob:https://v.example/1',
  'javascript:1',
  'https://evil.example/orthanc/studies/a/ohif-dicom-json',
  '//evil.example/orthanc/studies/a/ohif-dicom-json',
  'http://v.example/orthanc/studies/a/ohif-dicom-json',
  'https://u@v.example/orthanc/studies/a/ohif-dicom-json',
  '/orthanc/studies/a/ohif-dicom-json?x',
  '/orthanc/studies/a/ohif-dicom-json?',
  '/orthanc/studies/a/ohif-dicom-json#x',
  '/orthanc/studies/a/b/ohif-dicom-json',
  '/orthanc/studies//ohif-dicom-json',
  '/orthanc/studies/ohif-dicom-json',
  '/orthanc/studies/../ohif-dicom-json',
  '/orthanc/studies/%2e%2e/ohif-dicom-json',
  '/orthanc/studies/a%2fb/ohif-dicom-json',
  '/orthanc/studies/a;b/ohif-dicom-json',
  '/orthanc/studies/a/ohif-dicom-json/',
  '/orthanc/studies/a/OHIF-dicom-json',
  '/x/orthanc/studies/a/ohif-dicom-json',
  '/dicom-web/studies',
  '/assets/evil.json',
  '',
]) {
  test(`is no JSON file that a link may name: ${JSON.stringify(url)}`, () => assert.equal(file(url), undefined));
}

test('the part that differs may have dots, letters, digits, hyphens and underscores', () => {
  assert.equal(file('/orthanc/studies/1.2_B-3/ohif-dicom-json'), '/orthanc/studies/1.2_B-3/ohif-dicom-json');
});

test('without a pattern a link may name no JSON file', () =>
  assert.equal(file('/orthanc/studies/a/ohif-dicom-json', ''), undefined));
