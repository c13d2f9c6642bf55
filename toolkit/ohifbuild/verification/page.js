// What verify reads from a page. Evaluated by session.py as one object of functions; changes nothing in the page.
({
  // Each viewport's picture as a PNG data URL of at most 256 pixels a side, and which image the viewer says it is
  // (its image id; stack viewports only, others interpolate). Text overlays, annotations and tours lie in other
  // elements above the canvas.
  viewports() {
    return [...document.querySelectorAll('.cornerstone-viewport-element')].flatMap(element => {
      const source = [...element.querySelectorAll('canvas.cornerstone-canvas, video')].find(
        shown => shown.getClientRects().length && (shown.width || shown.videoWidth)
      );
      if (!source) return [];
      const width = source.videoWidth || source.width;
      const height = source.videoHeight || source.height;
      return [{ picture: this.picture(source, width, height, 256), image: this.imageId(element) }];
    });
  },

  imageId(element) {
    const viewport = window.cornerstone?.getEnabledElement(element)?.viewport;
    return (viewport?.type === 'stack' && viewport.getCurrentImageId?.()) || '';
  },

  // One picture per thumbnail, in order; an empty one while its image is loading.
  thumbnails(selector) {
    return [...document.querySelectorAll(selector)].map(image =>
      this.picture(image, image.naturalWidth, image.naturalHeight, 128)
    );
  },

  picture(source, width, height, longest) {
    const scale = Math.min(1, longest / Math.max(width, height, 1));
    const copy = document.createElement('canvas');
    copy.width = Math.max(1, Math.round(width * scale));
    copy.height = Math.max(1, Math.round(height * scale));
    const context = copy.getContext('2d');
    context.imageSmoothingQuality = 'high';
    if (width && height) context.drawImage(source, 0, 0, copy.width, copy.height);
    return copy.toDataURL('image/png');
  },

  // Resolves when the page has nothing to do, and at the latest after some seconds.
  idle() {
    return new Promise(resolve => {
      if (window.requestIdleCallback) requestIdleCallback(() => resolve(true), { timeout: 5000 });
      else setTimeout(() => resolve(true));
    });
  },

  message() {
    const element = document.getElementById('ohifbuild-message');
    if (!element) return null;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    const middle = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    const onTop = !!middle && (element.contains(middle) || !!element.shadowRoot?.contains(middle));
    return {
      reason: element.dataset.reason || '',
      text: (element.innerText || element.shadowRoot?.textContent || '').trim(),
      visible: box.width > 0 && box.height > 0 && style.visibility === 'visible' && style.display !== 'none' && onTop,
    };
  },

  // Asks for a URL in all the ways that pages ask; whatever comes of it is not read. What the page has put in their place
  // may never end.
  async ask(url) {
    const patience = new Promise(resolve => setTimeout(resolve, 5000));
    const xhr = new XMLHttpRequest();
    const image = new Image();
    const ended = element => new Promise(resolve => ['loadend', 'load', 'error'].forEach(event => (element[`on${event}`] = resolve)));
    const all = [ended(xhr), ended(image), fetch(`${url}1`).catch(() => {})];
    xhr.open('GET', `${url}2`);
    xhr.send();
    image.src = `${url}3`;
    await Promise.race([Promise.all(all), patience]);
  },

  async state() {
    // First, so that nothing that is asked for below counts.
    const timings = performance.getEntries().map(entry => entry.name);
    const entries = storage => Object.fromEntries(Object.entries(storage));
    return {
      url: location.href,
      referrer: document.referrer,
      history_state: JSON.stringify(history.state) ?? '',
      local: entries(localStorage),
      session: entries(sessionStorage),
      databases: await this.databases(),
      caches: await this.caches(),
      window_name: window.name,
      timings,
      visits: this.visits(),
      stack: this.stack(),
      policy: this.policy(),
      html: document.documentElement.outerHTML,
    };
  },

  // What the Navigation API tells of the tab's entries and of the navigation that led here.
  visits() {
    const { entry, from } = window.navigation?.activation ?? {};
    const all = [...(window.navigation?.entries() ?? []), entry, from];
    return all.flatMap(visit => (visit ? [`${visit.url} ${JSON.stringify(visit.getState()) ?? ''}`] : []));
  },

  // The stack of an error thrown below whatever the page has put in XMLHttpRequest's place. Nothing is asked for.
  stack() {
    let stack = '';
    const toString = () => {
      stack = new Error().stack;
      return 'about:blank';
    };
    new XMLHttpRequest().open('GET', { toString });
    return stack;
  },

  // The policy that the page itself brings along; '' if a script comes before it.
  policy() {
    const [first] = document.querySelectorAll('script, meta[http-equiv="Content-Security-Policy" i]');
    return first?.tagName === 'META' ? first.content : '';
  },

  // Every record of every IndexedDB database, as text.
  async databases() {
    const found = [];
    for (const { name } of await indexedDB.databases()) {
      const database = await this.settled(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const records = await this.settled(database.transaction(store).objectStore(store).getAll());
        found.push(`${name}/${store}: ${JSON.stringify(records)}`);
      }
      database.close();
    }
    return found;
  },

  settled(request) {
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  },

  async caches() {
    const found = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        found.push(`${name}: ${request.url} ${JSON.stringify([...request.headers])}`);
      }
    }
    return found;
  },
})
