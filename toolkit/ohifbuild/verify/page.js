// What verify reads from a page. Evaluated by session.py as one object of functions; changes nothing in the page.
({
  // Each cornerstone viewport's picture as a PNG data URL, at most 256 pixels a side. The text overlays, annotations
  // and tours lie in other elements above it.
  canvases() {
    const shown = [...document.querySelectorAll('canvas.cornerstone-canvas, .viewport-element video')];
    return shown
      .map(source => ({ source, width: source.width || source.videoWidth, height: source.height || source.videoHeight }))
      .filter(({ source, width, height }) => width && height && source.getClientRects().length)
      .map(({ source, width, height }) => this.picture(source, width, height, 256));
  },

  thumbnails() {
    return [...document.querySelectorAll('[data-cy^="study-browser-thumbnail"] img, #ohif-thumbnail-list img')]
      .filter(image => image.complete && image.naturalWidth && image.getClientRects().length)
      .map(image => this.picture(image, image.naturalWidth, image.naturalHeight, 128));
  },

  picture(source, width, height, longest) {
    const scale = Math.min(1, longest / Math.max(width, height));
    const copy = document.createElement('canvas');
    copy.width = Math.max(1, Math.round(width * scale));
    copy.height = Math.max(1, Math.round(height * scale));
    const context = copy.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(source, 0, 0, copy.width, copy.height);
    return copy.toDataURL('image/png');
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

  async state() {
    const entries = storage => Object.fromEntries(Object.entries(storage));
    return {
      url: location.href,
      referrer: document.referrer,
      history: (window.navigation?.entries() ?? []).map(entry => entry.url).concat(JSON.stringify(history.state) ?? ''),
      local: entries(localStorage),
      session: entries(sessionStorage),
      databases: await this.databases(),
      caches: await this.caches(),
      window_name: window.name,
      timings: performance.getEntriesByType('resource').map(entry => entry.name),
      html: document.documentElement.outerHTML,
    };
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
