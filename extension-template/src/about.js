/** Says in OHIF's About box what exactly runs here: release, tool, and the digest that the dist's manifest has. */

/** What every release's About box says. */
const REPOSITORY = 'github.com/OHIF/Viewers';

/**
 * OHIF's own box is not replaced, because a module that is loaded at run time cannot make React's elements. Boxes are added
 * at the end of the body; the manifest is asked for only when the About box is opened.
 *
 * @param {Window} window
 * @param {string} publicUrl
 */
export function watchAbout(window, publicUrl) {
  const { document } = window;

  /** @param {Element} box */
  async function describe(box) {
    const answer = await fetch(`${publicUrl}ohifbuild-manifest.json`);
    const { digest, inputs } = await answer.json();
    const line = document.createElement('p');
    line.id = 'ohifbuild-about';
    line.style.cssText =
      'margin: 0; color: #b7c4d6; font-size: 12px; text-align: center; overflow-wrap: anywhere; user-select: text';
    line.textContent = `OHIF ${inputs.release}, built by ohifbuild ${inputs.ohifbuild}: ${digest}`;
    if (!document.getElementById(line.id)) {
      (box.querySelector('[role="dialog"]') ?? box).append(line);
    }
  }

  new window.MutationObserver(records => {
    for (const node of records.flatMap(({ addedNodes }) => [...addedNodes])) {
      if (node instanceof window.Element && node.textContent?.includes(REPOSITORY)) {
        // Without a manifest, as in a viewer that ohifbuild did not build, the box stays as it is.
        describe(node).catch(() => {});
      }
    }
  }).observe(document.body, { childList: true });
}
