// Runs in the pages of `ohifbuild dev` only. It loads the page again after a build, and shows what is wrong with the
// sources. The page's link and token stay where they are: in its address and in the tab's storage.
(() => {
  const own = new URL(document.currentScript.src);
  const build = own.searchParams.get('build');
  const place = new URL('events', own);
  let events;

  function listen() {
    if (document.hidden) {
      // A browser has six connections for an origin; pages that nobody sees give theirs back.
      events?.close();
      events = undefined;
    } else if (!events) {
      events = new EventSource(place);
      events.onmessage = message => apply(JSON.parse(message.data));
    }
  }

  function apply(state) {
    document.getElementById('ohifbuild-dev')?.remove();
    if (state.problem.length) {
      show(state.problem);
    } else if (state.build !== build) {
      location.reload();
    }
  }

  function show([what, ...more]) {
    const overlay = document.createElement('dialog');
    overlay.id = 'ohifbuild-dev';
    overlay.style.cssText =
      'box-sizing:border-box;outline:none;width:min(90vw,70rem);max-height:80vh;overflow:auto;padding:1.5rem;border:2px solid #f55;' +
      'border-radius:8px;background:#1b1b1f;color:#eee;font:14px/1.5 system-ui,sans-serif';
    const heading = overlay.appendChild(document.createElement('h1'));
    heading.style.cssText = 'margin:0 0 1rem;font-size:1.1rem;color:#f88';
    heading.textContent = what;
    for (const text of more) {
      const part = overlay.appendChild(document.createElement('pre'));
      part.style.cssText = 'margin:0 0 .75rem;white-space:pre-wrap;font:13px/1.4 ui-monospace,monospace';
      part.textContent = text;
    }
    document.documentElement.append(overlay);
    overlay.showModal();
  }

  document.addEventListener('visibilitychange', listen);
  listen();
})();
