/** Adds to OHIF's About box what runs here: the release, the version of ohifbuild, and the digest of the manifest. */

/** A text that every release's About box has. */
const REPOSITORY = 'github.com/OHIF/Viewers';

/**
 * Waits for the About box, and adds a line to it.
 *
 * OHIF's box is not replaced, because a module that is loaded at run time cannot create React elements. OHIF appends
 * its dialogs to the body. The manifest is requested only when the About box opens.
 *
 * @param {Window} window
 * @param {string} publicUrl
 */
export function extendAboutBox(window, publicUrl) {
  const { document } = window;

  /** @param {Element} box */
  async function addLine(box) {
    const response = await fetch(`${publicUrl}ohifbuild-manifest.json`);
    const { digest, inputs } = await response.json();
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
        // A viewer that ohifbuild did not build has no manifest. Its box stays as it is.
        addLine(node).catch(() => {});
      }
    }
  }).observe(document.body, { childList: true });
}
