// What patched code does, on the patches' own inputs. Runs in a folder where each of them lies bundled.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

const SETTINGS = Symbol.for('ohifbuild');
const load = async name => {
  const { mock, ...module } = await import(`./${name}.mjs`);
  return module;
};

/** What was fetched, as [url, headers]. */
const fetched = [];

function page({ settings, config = {}, href = 'https://host.example/viewer' } = {}) {
  globalThis.window = { location: new URL(href), config, history: { replaceState: (...args) => (replaced = args[2]) } };
  if (settings) {
    window[SETTINGS] = { settings };
  }
}
let replaced;

beforeEach(() => {
  fetched.length = 0;
  replaced = undefined;
  globalThis.fetch = async (url, options) => {
    fetched.push([url, { ...options?.headers }]);
    return new Response('content');
  };
  page();
});

for (const version of ['3.5.0', '3.12.0']) {
  test(`prior studies are asked for as the setting says, ${version}`, async () => {
    const { default: ask } = await load(`prior-studies-${version}-panel`);
    const all = [{ mrn: '7' }, { mrn: '7 ' }, { mrn: '70' }];
    const asking = async mrn => {
      let asked = 0;
      const source = { query: { studies: { search: async () => (asked++, all) } } };
      return [(await ask(source, [{ mrn, opened: true }])).map(study => study.mrn), asked];
    };
    assert.deepEqual(await asking('7'), [['7'], 0]);
    page({ settings: { priors: 'never' } });
    assert.deepEqual(await asking('7'), [['7'], 0]);
    page({ settings: { priors: 'exact' } });
    assert.deepEqual(await asking('7'), [['7'], 1]);
    assert.deepEqual(await asking('7*'), [['7*'], 0]);
    page({ settings: { priors: 'ohif' } });
    assert.deepEqual(await asking('7'), [['7', '7 ', '70'], 1]);
    page({ config: { ohifbuild: { priors: 'everything' } } });
    assert.deepEqual(await asking('7'), [['7'], 0]);
  });

  test(`a Patient ID goes out as it is, ${version}`, async () => {
    const { mapParams } = await load(`exact-patient-id-${version}-query`);
    const asked = mapParams({ patientId: '108506', patientName: 'DOE' }, { supportsWildcard: true });
    assert.equal(asked['00100020'], '108506');
    assert.equal(asked.PatientName, '*DOE*');
  });
}

test('the token travels in the header of the settings and leaves the address in any case', async () => {
  const { takeToken } = await load('token-parameter-3.12.0-take');
  const taken = () => {
    let headers;
    const location = { search: '?StudyInstanceUIDs=1.2&KEY=secret&token=other&key=twice' };
    takeToken('secret', location, { setServiceImplementation: given => (headers = given.getAuthorizationHeader()) });
    return [headers, replaced];
  };
  page({ settings: { tokenParam: 'Key', tokenHeader: 'x-token', tokenScheme: 'Bearer' } });
  assert.deepEqual(taken(), [
    { 'x-token': 'Bearer secret' },
    'https://host.example/viewer?StudyInstanceUIDs=1.2&token=other',
  ]);
  page({ config: { ohifbuild: { tokenHeader: 'authorization' } } });
  assert.deepEqual(taken()[0], { authorization: 'secret' });
  page();
  assert.deepEqual(taken(), [
    { token: 'secret' },
    'https://host.example/viewer?StudyInstanceUIDs=1.2&KEY=secret&key=twice',
  ]);
});

for (const version of ['3.7.0', '3.12.0']) {
  test(`the data source sends every header, or none, ${version}`, async () => {
    const { createSource } = await load(`all-authentication-headers-${version}-source`);
    const sent = given => {
      const service = { getAuthorizationHeader: () => given };
      const source = createSource(version === '3.7.0' ? {} : { userAuthenticationService: service }, service);
      source.initialize();
      const client = {};
      source.search(client);
      return client.headers;
    };
    assert.deepEqual(sent({ token: 'secret', Authorization: 'Basic x' }), { token: 'secret', Authorization: 'Basic x' });
    assert.deepEqual(sent(undefined), {});
  });
}

test('whole instances are fetched with the headers of the caller', async () => {
  const clients = [];
  globalThis.Client = class {
    constructor(options) {
      clients.push(options);
    }
    retrieve() {}
  };
  const { default: loader } = await load('dicom-loader-headers-3.12.0-loader');
  const image = kind => ({ images: [{ kind, url: '/dicom-web', study: '1', series: '2', instance: '3' }] });
  await loader.findDicomDataPromise(image('wadouri'), null, { token: 'secret' });
  await loader.findDicomDataPromise(image('wadors'), null, { token: 'secret' });
  assert.deepEqual(fetched, [['/dicom-web', { token: 'secret' }]]);
  assert.deepEqual(clients, [{ root: '/dicom-web', headers: { token: 'secret' } }]);
});

test('a document stays a PDF whatever its instance says', async () => {
  const { displaySetsOf } = await load('pdf-stays-pdf-3.12.0-handler');
  const source = { retrieve: { directURL: ({ defaultType }) => defaultType } };
  const [{ url }] = displaySetsOf([{ MIMETypeOfEncapsulatedDocument: 'text/html' }], source);
  assert.equal(url, 'application/pdf');
});

const servicesManager = headers => ({
  services: { userAuthenticationService: { getAuthorizationHeader: () => headers } },
});
const instance = { wadoRoot: '/dicom-web' };
const URL_OF = { own: '/dicom-web/studies/1/rendered', beside: '/dicom-web-too/x', other: 'https://other.example/x' };

for (const [name, property] of [
  ['3.5.0-pdf', 'pdfUrl'],
  ['3.5.0-video', 'videoUrl'],
  ['3.12.0-pdf', 'renderedUrl'],
  ['3.12.0-video', 'videoUrl'],
]) {
  test(`a viewport fetches what lies under its root with the headers, and nothing else, ${name}`, async () => {
    const { default: Viewport, shown } = await load(`authenticated-rendered-${name}`);
    const showing = async (url, headers) => {
      Viewport({ displaySets: [{ instance, [property]: url }], servicesManager: servicesManager(headers) });
      await new Promise(done => setTimeout(done));
      return shown.url;
    };
    assert.match(await showing(URL_OF.own, { token: 'secret' }), /^blob:/);
    const content = await (await import('node:buffer')).resolveObjectURL(shown.url);
    assert.equal(content.type, name.endsWith('pdf') ? 'application/pdf' : 'video/mp4');
    shown.leave();
    assert.equal((await import('node:buffer')).resolveObjectURL(shown.url), undefined);
    assert.equal(await showing(URL_OF.own, {}), URL_OF.own);
    assert.equal(await showing(URL_OF.own, undefined), URL_OF.own);
    assert.equal(await showing(URL_OF.beside, { token: 'secret' }), URL_OF.beside);
    assert.equal(await showing(URL_OF.other, { token: 'secret' }), URL_OF.other);
    assert.deepEqual(fetched, [[URL_OF.own, { token: 'secret' }]]);
  });
}

test('a video that Cornerstone plays is fetched with the headers first', async () => {
  const { csUtils, ViewportService } = await load('authenticated-rendered-3.12.0-service');
  const playing = async (rendered, headers) => {
    csUtils.genericMetadataProvider.add('id', { type: 'imageUrlModule', metadata: { rendered, kept: true } });
    const viewport = { setDataIds: () => csUtils.genericMetadataProvider.get('imageUrlModule', 'id') };
    const data = { data: [{ imageIds: ['id'], instance }] };
    return new ViewportService(servicesManager(headers))._setOtherViewport(viewport, data, { getViewReference() {} });
  };
  const image = await playing(URL_OF.own, { token: 'secret' });
  assert.match(image.rendered, /^blob:/);
  assert.equal(image.kept, true);
  assert.equal((await playing(URL_OF.own, {})).rendered, URL_OF.own);
  assert.equal((await playing(URL_OF.other, { token: 'secret' })).rendered, URL_OF.other);
  assert.deepEqual(fetched, [[URL_OF.own, { token: 'secret' }]]);
  globalThis.fetch = async () => {
    throw new TypeError('Failed to fetch');
  };
  assert.equal((await playing(URL_OF.own, { token: 'secret' })).rendered, URL_OF.own);
});
