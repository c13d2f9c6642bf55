/** Requests under the roots have the token's header, and requests elsewhere do not. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTab, ORIGIN, settle, started } from './host.js';

const A = '/viewer?StudyInstanceUIDs=1.2.3';
const THERE = `${ORIGIN}/dicom-web/studies/1.2.3`;

test('every form of request under the roots carries the header exactly once', async () => {
  const { window, xhr, sent } = started({ path: `${A}&token=t` });
  await xhr('/dicom-web/studies/1.2.3', { Token: 'theirs', Accept: 'x', Authorization: 'Bearer t' });
  await window.fetch('/dicom-web/studies/1.2.3', { headers: { token: 'theirs', Accept: 'x' } });
  await window.fetch(new URL(THERE), {
    headers: [
      ['TOKEN', 'a'],
      ['token', 'b'],
      ['Accept', 'x'],
    ],
  });
  await window.fetch(
    new Request(THERE, { headers: new Headers({ token: 'theirs', Accept: 'x', Authorization: 'Bearer t' }) })
  );
  await window.fetch(new Request(THERE, { headers: { token: 'a' } }), { headers: new Headers({ Accept: 'x' }) });
  assert.deepEqual(
    sent.map(({ url, headers }) => [url, headers]),
    Array(5).fill([THERE, { accept: 'x', token: 't' }])
  );
});

test('the body of a response that its caller must not get is given up', async () => {
  const file = '/dicom-web/studies/a/ohif-dicom-json';
  const settings = { dicomJson: '/dicom-web/studies/{id}/ohif-dicom-json' };
  const tab = openTab({ path: `/viewer?url=${file}`, session: { [`ohifbuild:/:url:${file}`]: 't' }, settings });
  let givenUp = false;
  const body = new ReadableStream({ cancel: () => void (givenUp = true) });
  tab.window.fetch = async () => new Response(body, { headers: { 'Content-Type': 'text/plain' } });
  tab.start();
  await assert.rejects(tab.window.fetch(file, { headers: { Range: 'bytes=0-' } }));
  assert.ok(givenUp);
});

test('with Authorization as its header the link wins over what others set', async () => {
  const settings = { tokenHeader: 'Authorization', tokenScheme: 'Bearer' };
  const { window, xhr, sent } = started({ path: `${A}&token=t`, settings });
  await xhr(THERE, { authorization: 'Bearer oidc' });
  await window.fetch(THERE, { headers: { Authorization: 'Basic x' } });
  assert.deepEqual(
    sent.map(({ headers }) => headers.authorization),
    ['Bearer t', 'Bearer t']
  );
});

test('an Authorization that is not our token is left to its owner', async () => {
  const { xhr, sent } = started({ path: `${A}&token=t` });
  await xhr(THERE, { Authorization: 'Bearer other' });
  assert.deepEqual(sent[0].headers, { authorization: 'Bearer other', token: 't' });
});

test('the token is not sent elsewhere, even if a caller sets its header', async () => {
  const { window, xhr, sent } = started({ path: `${A}&token=t` });
  const url = 'https://evil.example/dicom-web/studies';
  await xhr(url, { token: 't', 'X-Copy': ' t ', Authorization: ' Bearer t ', Accept: 'x' });
  await window.fetch(url, { headers: { token: 'whatever', Authorization: 'Bearer t', Accept: 'x' } });
  await window.fetch(new Request(url, { headers: { token: 't', Accept: 'x' } }));
  await xhr('/dicom-web/..%2fother', { token: 't', Accept: 'x' });
  assert.deepEqual(
    sent.map(({ headers }) => headers),
    Array(4).fill({ accept: 'x' })
  );
});

test('requests elsewhere are passed on untouched', async () => {
  const { window, xhr, sent } = started({ path: `${A}&token=t` });
  await xhr('/assets/x.json', { Authorization: 'Bearer other', 'X-A': 'b' });
  await window.fetch('https://other.example/', { headers: { Authorization: 'Basic x' } });
  await window.fetch('https://other.example/plain');
  assert.deepEqual(
    sent.map(({ headers }) => headers),
    [{ authorization: 'Bearer other', 'x-a': 'b' }, { authorization: 'Basic x' }, {}]
  );
});

test('elsewhere an Authorization stays even if the archive takes the token in it, unless it has the token', async () => {
  const settings = { tokenHeader: 'Authorization', tokenScheme: 'Bearer' };
  const { window, xhr, sent } = started({ path: `${A}&token=t`, settings });
  for (const value of ['Basic x', 'Bearer t']) {
    await xhr('https://other.example/', { Authorization: value });
    await window.fetch('https://other.example/', { headers: { Authorization: value } });
  }
  assert.deepEqual(
    sent.map(({ headers }) => headers.authorization),
    ['Basic x', 'Basic x', undefined, undefined]
  );
});

test('without a token no header is taken for one that has it', async () => {
  const settings = { access: 'session' };
  const { window, sent } = started({ path: A, settings });
  await window.fetch('https://other.example/', { headers: { 'X-State': 'undefined', 'X-Text': 'is undefined' } });
  assert.deepEqual(sent[0].headers, { 'x-state': 'undefined', 'x-text': 'is undefined' });
});

test('under the roots fetch refuses redirects, stores nothing in the cache, and keeps the header with no-cors', async () => {
  const { window, sent } = started({ path: `${A}&token=t` });
  await window.fetch(THERE, { mode: 'no-cors' });
  const { redirect, mode, cache, headers } = sent[0];
  assert.deepEqual([redirect, mode, cache, headers], ['manual', 'cors', 'no-store', { token: 't' }]);
  await window.fetch(THERE, { mode: 'same-origin' });
  assert.equal(sent[1].mode, 'same-origin');
});

test('a URL object that changes between reads is checked as it is sent', async () => {
  const { xhr, sent } = started({ path: `${A}&token=t` });
  let reads = 0;
  const shifty = { toString: () => (reads++ === 0 ? THERE : 'https://evil.example/') };
  await xhr(/** @type {any} */ (shifty));
  assert.deepEqual([sent[0].url, sent[0].headers.token], [THERE, 't']);
});

test('one XMLHttpRequest used twice is checked each time', async () => {
  const { window, sent } = started({ path: `${A}&token=t` });
  const request = new window.XMLHttpRequest();
  for (const url of [THERE, 'https://evil.example/', THERE]) {
    request.open('GET', url);
    request.send();
    await settle();
  }
  assert.deepEqual(
    sent.map(({ headers }) => headers.token),
    ['t', undefined, 't']
  );
});

test('without a token nothing is sent, and callers see a network error', async () => {
  const { window, xhr, sent, reason, api } = started({ path: A });
  /** @type {unknown[]} */
  const refused = [];
  api.onRefused(error => refused.push(error));
  assert.equal(await xhr(THERE), 0);
  await assert.rejects(window.fetch(THERE), { name: 'TypeError', message: 'Failed to fetch' });
  await assert.rejects(window.fetch('/dicom-web/studies/9.9'), TypeError);
  assert.deepEqual([sent, refused, reason()], [[], [], 'no-token']);
});

test('a redirect of the archive is a network error for the caller, by fetch and by XMLHttpRequest', async () => {
  const { window, xhr } = started({ path: `${A}&token=t`, archive: () => ({ status: 302 }) });
  await assert.rejects(window.fetch(THERE), { name: 'TypeError', message: 'Failed to fetch' });
  assert.equal(await xhr(THERE), 0);
});

test('an aborted fetch is no error', async () => {
  const { window, reason } = started({ path: `${A}&token=t` });
  const abort = new AbortController();
  const response = window.fetch(THERE, { signal: abort.signal });
  abort.abort();
  await assert.rejects(response);
  assert.equal(reason(), undefined);
});
