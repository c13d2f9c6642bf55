/** What only the JavaScript reads of a link: whether it has a token, and which JSON file it may name. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLink } from '../src/contract/link.js';
import { isToken } from '../src/contract/token.js';

for (const [link, expected] of /** @type {[string, boolean][]} */ ([
  ['https://v.example/viewer?StudyInstanceUIDs=1.2.3&token=t', true],
  ['https://v.example/viewer#TOKEN=t', true],
  ['https://v.example/viewer?token=', true],
  ['https://v.example/viewer?token=a%0ab', true],
  ['https://v.example/viewer?StudyInstanceUIDs=*&token=t', true],
  ['https://v.example/viewer?StudyInstanceUIDs=1.2.3', false],
  ['https://v.example/viewer?x=token', false],
  ['https://v.example/token=t', false],
  // Links of which nothing else is read.
  ['https://user@v.example/viewer?token=t', true],
  ['https://user@v.example/viewer#token=t', true],
  ['https://user@v.example/viewer?a#token=t', true],
  ['https://user@v.example/viewer?a=?b&token=t', true],
  ['https://user@v.example/viewer?a#b=#c&token=t', true],
  ['https://user@v.example/viewer?a?token=t', false],
  ['https://user@v.example/viewer?a&?token=t', false],
  ['https://user@v.example/viewer#a&#token=t', false],
  ['https://user@v.example/viewer#a#token=t', false],
  ['https://user@v.example/viewer?token#a', true],
  ['https://user@v.example/viewer?a#b', false],
  ['https://token=t@v.example/viewer', false],
  [`https://v.example/viewer?token=t&x=${'y'.repeat(32768)}`, true],
  [`https://v.example/viewer?x=${'y'.repeat(32768)}`, false],
])) {
  test(`${link.slice(0, 60)} ${expected ? 'has a' : 'has no'} token parameter`, () => {
    assert.equal(readLink(link, 'Token').hasToken, expected);
  });
}

const files = (/** @type {string} */ url) => (url === '/a b' ? '/the/file' : undefined);

test('a JSON file goes by the name that stands for it', () => {
  const { problem, url, key, address } = readLink('https://v.example/viewer?url=%2Fa%20b&x=1', 'token', files);
  assert.deepEqual(
    [problem, url, key, address],
    ['', '/the/file', 'url:/the/file', 'https://v.example/viewer?url=%2Fthe%2Ffile&x=1']
  );
});

test('a JSON file that no link may name makes a bad link', () => {
  const { problem, token, url, key, address } = readLink('https://v.example/viewer?url=/other&token=t', 'token', files);
  assert.deepEqual([problem, token, url, key, address], ['bad-link', undefined, '', '', 'https://v.example/viewer']);
});

test('an empty value is no token', () => assert.equal(isToken(''), false));
