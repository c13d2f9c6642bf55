// Runs in the page before its own scripts, in both viewers alike. Says through `benchReport` when the first image is on a
// canvas, and when a still is shown before it. It does nothing between events: no polling, no observer of the document.
(() => {
  const kept = (globalThis.benchPictures = {});

  // The picture on a canvas or in an image, at most 256 pixels a side; null if it is one flat colour.
  const pictureOf = source => {
    const width = source?.naturalWidth || source?.width;
    const height = source?.naturalHeight || source?.height;
    if (!width || !height) return null;
    const scale = Math.min(1, 256 / Math.max(width, height));
    const copy = document.createElement('canvas');
    copy.width = Math.max(1, Math.round(width * scale));
    copy.height = Math.max(1, Math.round(height * scale));
    const context = copy.getContext('2d', { willReadFrequently: true });
    context.imageSmoothingQuality = 'high';
    context.drawImage(source, 0, 0, copy.width, copy.height);
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    let low = 255;
    let high = 0;
    for (let at = 0; at < data.length; at += 4) {
      low = Math.min(low, data[at + 1]);
      high = Math.max(high, data[at + 1]);
    }
    return high - low > 16 ? copy : null;
  };

  const report = (what, at, picture) => {
    kept[what] = picture;
    globalThis.benchReport(JSON.stringify({ what, at: performance.timeOrigin + at }));
  };

  // Cornerstone triggers this event on the viewport's element after each rendering. It does not bubble, but is captured.
  const onRendered = event => {
    const at = performance.now();
    const picture = pictureOf(event.target.querySelector?.('canvas'));
    if (!picture) return;
    removeEventListener('CORNERSTONE_IMAGE_RENDERED', onRendered, true);
    report('image', at, picture);
  };
  addEventListener('CORNERSTONE_IMAGE_RENDERED', onRendered, true);

  const onMark = (list, observer) => {
    const [mark] = list.getEntriesByName('ohifbuild:preview');
    if (!mark) return;
    observer.disconnect();
    const shown = document.getElementById('ohifbuild-preview');
    const source = shown?.matches('canvas, img') ? shown : (shown?.shadowRoot ?? shown)?.querySelector('canvas, img');
    report('still', mark.startTime, pictureOf(source));
  };
  new PerformanceObserver(onMark).observe({ type: 'mark', buffered: true });

  // Tasks of 50 ms and more, as the browser lists them.
  const tasks = (globalThis.benchTasks = []);
  const onTasks = list => {
    for (const { startTime, duration } of list.getEntries()) tasks.push([performance.timeOrigin + startTime, duration]);
  };
  new PerformanceObserver(onTasks).observe({ type: 'longtask', buffered: true });
})();
