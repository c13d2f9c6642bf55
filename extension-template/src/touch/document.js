/** PDF documents: browsers of phones show none inside a page, or its first page only. */

const DOCUMENT = 'object[data], embed[src], iframe[src]';
/** For how long the document stays readable for the tab that opens it. */
const KEPT_MS = 60_000;

/**
 * The address of the document that the viewports show.
 *
 * @param {Document} document
 * @param {string} grid selector of the viewports
 * @returns {string | undefined}
 */
export function documentUrl(document, grid) {
  const shown = document.querySelector(grid)?.querySelector(DOCUMENT);
  return shown?.getAttribute('data') || shown?.getAttribute('src') || undefined;
}

/**
 * Gives the document to the browser's own viewer, or to the phone's if the browser has none. The page's fetch carries
 * the token; a new tab would not.
 *
 * @param {Window & typeof globalThis} window
 * @param {string | undefined} url
 */
export async function openDocument(window, url) {
  if (!url) {
    return;
  }
  const own = url.startsWith('blob:');
  const address = own ? url : window.URL.createObjectURL(await (await window.fetch(url)).blob());
  const link = window.document.createElement('a');
  link.href = address;
  if (window.navigator.pdfViewerEnabled) {
    link.target = '_blank';
  } else {
    link.download = 'document.pdf';
  }
  link.click();
  if (!own) {
    window.setTimeout(() => window.URL.revokeObjectURL(address), KEPT_MS);
  }
}
