/** Which media types run no scripts, whatever is put around their names. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { harmless } from '../src/early/media-types.js';

for (const type of [
  'application/pdf',
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/bmp',
  'video/mp4',
  'video/x-ms.wmv',
  'audio/mpeg',
  'audio/x-wav.2',
  'text/plain',
]) {
  test(`${type} is harmless, in any spelling`, () => {
    assert.deepEqual(
      [type, ` ${type.toUpperCase()} `, `${type};charset=utf-8`, `${type} ; a;b`].map(harmless),
      Array(4).fill(type)
    );
  });
}

for (const type of [
  '',
  'text/html',
  'application/xhtml+xml',
  'image/svg+xml',
  'text/xml',
  'application/xml',
  'text/javascript',
  'application/octet-stream',
  'multipart/mixed',
  'application/pdfx',
  'xapplication/pdf',
  'image/pngx',
  'image/',
  'image/x',
  'ximage/png',
  'text/plainx',
  'xtext/plain',
  'text/html,text/plain',
  'text/plain,text/html',
  'text/html text/plain',
  'video/',
  'video/mp4,text/html',
  'video/a b',
  'video/svg+xml',
  'xvideo/mp4',
  'audio/',
  'audio/a+xml',
  'audio/a/b',
  'xaudio/mpeg',
  'text/html;text/plain',
  ';text/plain',
  'application/',
  'pdf',
]) {
  test(`${JSON.stringify(type)} may run scripts`, () => assert.equal(harmless(type), undefined));
}
