/** How messages look. Nothing moves; sizes follow the user's; in forced colours borders stand for backgrounds. */

export const ID = 'ohifbuild-message';
/** Attribute of the document's element while a message covers the page. */
export const COVERED = 'data-ohifbuild-message';

// The element is beside body, not in it, because OHIF's dialogs make everything in body inert.
const STYLE = `
html[${COVERED}] body { visibility: hidden !important }
#${ID} { all: initial; position: fixed; z-index: 2147483647; box-sizing: border-box; pointer-events: auto;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; color: #e8eef7; color-scheme: dark }
#${ID} * { box-sizing: border-box }
#${ID}.cover { inset: 0; display: flex; padding: clamp(12px, 4vw, 24px); overflow: auto; background: #05091f }
#${ID}.notice { inset: auto 0 0; display: flex; justify-content: center; max-height: 60vh; padding: clamp(8px, 2vw, 16px);
  pointer-events: none }
#${ID} .card { margin: auto; width: 100%; max-width: 560px; padding: clamp(16px, 5vw, 32px); border-radius: 12px;
  background: #0f1b3d; border: 1px solid #2b3f73; border-top: 4px solid #5acce6; pointer-events: auto;
  overflow-wrap: anywhere }
#${ID}.notice .card { margin: 0; padding: 16px 20px; max-width: 760px; overflow: auto; box-shadow: 0 8px 32px #000c }
#${ID} h1 { all: unset; display: block; margin-bottom: 12px; font-size: 1.5em; line-height: 1.3; font-weight: 600; color: #fff }
#${ID}.notice h1 { font-size: 1.125em; margin-bottom: 4px }
#${ID} p { margin: 0 0 12px } #${ID}.notice p { margin: 0 0 4px }
#${ID} .contact { white-space: pre-line; color: #fff }
#${ID}.cover .contact { margin-top: 20px; padding-top: 12px; border-top: 1px solid #2b3f73 }
#${ID} .actions { display: flex; flex-wrap: wrap; gap: 12px; margin-top: 20px } #${ID}.notice .actions { margin-top: 12px }
#${ID} button { all: unset; box-sizing: border-box; cursor: pointer; padding: 8px 20px; min-height: 44px; border-radius: 8px;
  border: 1px solid transparent; background: #5acce6; color: #05091f; font-weight: 600; text-align: center }
#${ID} button.quiet { background: none; color: #e8eef7; border-color: #8fa3d9 }
#${ID} button:focus-visible { outline: 3px solid #fff; outline-offset: 2px }
#${ID} .card:focus { outline: none }
@media (forced-colors: active) { #${ID} button { border-color: ButtonText } }
@media print { #${ID}.notice { display: none } }`;

/**
 * Adds the style to a page, once.
 *
 * @param {Document} document
 */
export function addStyle(document) {
  if (!document.getElementById(`${ID}-style`)) {
    const style = document.createElement('style');
    style.id = `${ID}-style`;
    style.textContent = STYLE;
    document.head.append(style);
  }
}
