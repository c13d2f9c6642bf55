/**
 * The style of the layout for phones and tablets. OHIF's page stays as it is, behind: everything but the viewports
 * and dialogs is hidden, also from screen readers, and the viewports fill the screen. The only names of OHIF's that are
 * needed are `root` and `viewport-grid`, the same in every release from 3.9 to 3.14.
 */

/** On <html>: `simple`, or `all` while OHIF's own tool bar and panels show. */
export const ATTRIBUTE = 'data-ohifbuild-touch';
export const ID = 'ohifbuild-touch';
export const GRID = '[data-cy="viewport-grid"]';

const ON = `html[${ATTRIBUTE}="simple"]`;

const STYLE = `
${ON} { --bar: 60px; --strip: 0px; --side: 0px; --left: 0px; overscroll-behavior: none }
${ON}[data-ohifbuild-strip] { --strip: 88px }
${ON} #root { visibility: hidden; position: fixed; inset: 0; overflow: hidden }
${ON} ${GRID} { visibility: visible; position: fixed !important; width: auto !important; height: auto !important; z-index: 1;
  top: env(safe-area-inset-top, 0px); right: calc(var(--side) + env(safe-area-inset-right, 0px));
  bottom: calc(var(--bar) + var(--strip) + env(safe-area-inset-bottom, 0px)); left: calc(var(--left) + env(safe-area-inset-left, 0px)) }
${ON} [role="dialog"], ${ON} [role="alertdialog"], ${ON} [data-sonner-toaster] { visibility: visible }
${ON} .cornerstone-viewport-element { touch-action: none; -webkit-user-select: none; user-select: none; -webkit-touch-callout: none }
${ON} ${GRID} .imageSlider, ${ON} ${GRID} .viewport-wrapper [role="slider"], ${ON} ${GRID} [data-cy*="Menu"], ${ON} ${GRID} [data-cy="viewport-overlay-bottom-right"] { display: none }
#${ID} { font: 400 11px/1.2 Inter, system-ui, sans-serif; color: #e8eef7; -webkit-user-select: none; user-select: none;
  -webkit-tap-highlight-color: transparent; touch-action: manipulation }
#${ID} * { box-sizing: border-box }
#${ID} [hidden] { display: none !important }
#${ID} button { all: unset; box-sizing: border-box; cursor: pointer; min-width: 44px; min-height: 44px; color: inherit }
#${ID} button:focus-visible, #${ID} [role="slider"]:focus-visible { outline: 3px solid #fff; outline-offset: -3px }
#${ID} svg { display: block; width: 24px; height: 24px; margin: 0 auto 3px; fill: none; stroke: currentColor; stroke-width: 1.8;
  stroke-linecap: round; stroke-linejoin: round }
#${ID} .bar { position: fixed; z-index: 3; display: flex; background: #0f1b3d; border-top: 1px solid #2b3f73;
  left: 0; right: 0; bottom: 0; height: calc(60px + env(safe-area-inset-bottom, 0px));
  padding: 0 env(safe-area-inset-right, 0px) env(safe-area-inset-bottom, 0px) env(safe-area-inset-left, 0px) }
#${ID} .bar button { flex: 1 1 0; display: flex; flex-direction: column; align-items: stretch; justify-content: center;
  text-align: center; overflow: hidden; white-space: nowrap; border-radius: 10px; margin: 4px 1px }
#${ID} .bar button[aria-pressed="true"] { background: #1d3f7a; color: #8be4f7 }
#${ID} .bar button:active { background: #2b3f73 }
#${ID} .strip { position: fixed; z-index: 2; display: flex; gap: 6px; overflow: auto; overscroll-behavior: contain; background: #05091f;
  left: 0; right: 0; bottom: calc(60px + env(safe-area-inset-bottom, 0px)); height: 88px;
  padding: 4px calc(6px + env(safe-area-inset-right, 0px)) 4px calc(6px + env(safe-area-inset-left, 0px)); touch-action: pan-x pan-y }
#${ID} .strip button { flex: 0 0 76px; height: 80px; border: 2px solid #2b3f73; border-radius: 8px; overflow: hidden;
  display: flex; flex-direction: column; text-align: center; background: #000 }
#${ID} .strip button[aria-current="true"] { border-color: #5acce6 }
#${ID} .strip .picture { flex: 1 1 0; min-height: 0; display: flex; align-items: center; justify-content: center; font-size: 15px; color: #b7c4d6 }
#${ID} .strip button:disabled .picture { font-size: 11px; padding: 2px }
#${ID} .strip img { width: 100%; height: 100%; object-fit: contain }
#${ID} .strip .name { padding: 2px 4px; background: #0f1b3d; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
#${ID} .position { position: fixed; z-index: 2; width: 44px; touch-action: none; top: calc(52px + env(safe-area-inset-top, 0px));
  right: calc(var(--side, 0px) + env(safe-area-inset-right, 0px));
  bottom: calc(var(--bar, 60px) + var(--strip, 0px) + 44px + env(safe-area-inset-bottom, 0px)) }
#${ID} .position::before { content: ''; position: absolute; right: 8px; top: 0; bottom: 0; width: 6px; border-radius: 3px; background: #ffffff40 }
#${ID} .position .mark { position: absolute; right: 3px; width: 16px; height: 28px; margin-top: -14px; border-radius: 8px; background: #5acce6;
  border: 1px solid #05091f }
#${ID} .position .number { position: absolute; right: 26px; transform: translateY(-50%); padding: 4px 8px; border-radius: 8px; white-space: nowrap;
  background: #0f1b3dd9; color: #fff; font-size: 13px; font-variant-numeric: tabular-nums; pointer-events: none }
#${ID} .hint { position: fixed; z-index: 2; left: 50%; transform: translateX(-50%); width: max-content; max-width: min(300px, 70vw); text-align: center;
  padding: 10px 14px; border-radius: 12px; background: #0f1b3df0; color: #fff; font-size: 14px; line-height: 1.35; pointer-events: none;
  bottom: calc(var(--bar, 60px) + var(--strip, 0px) + 56px + env(safe-area-inset-bottom, 0px)) }
#${ID} .open, #${ID} .simple { position: fixed; z-index: 3; padding: 10px 18px; border-radius: 22px; font-size: 14px; font-weight: 600;
  background: #5acce6; color: #05091f; text-align: center; box-shadow: 0 4px 16px #000c }
#${ID} .open { left: 50%; transform: translateX(-50%); bottom: calc(var(--bar, 60px) + var(--strip, 0px) + 16px + env(safe-area-inset-bottom, 0px)) }
#${ID} .simple { left: 50%; transform: translateX(-50%); bottom: calc(12px + env(safe-area-inset-bottom, 0px)) }
html[data-ohifbuild-message] #${ID} { visibility: hidden }
@media (orientation: landscape) and (max-height: 599px) {
  ${ON} { --bar: 0px; --side: 64px }
  ${ON}[data-ohifbuild-strip] { --strip: 0px; --left: 80px }
  #${ID} .bar { flex-direction: column; left: auto; top: 0; height: auto; border: 0; border-left: 1px solid #2b3f73;
    width: calc(64px + env(safe-area-inset-right, 0px)); padding: env(safe-area-inset-top, 0px) env(safe-area-inset-right, 0px) env(safe-area-inset-bottom, 0px) 0 }
  #${ID} .bar button { margin: 1px 2px }
  #${ID} .bar svg { width: 22px; height: 22px; margin-bottom: 1px }
  #${ID} .strip { flex-direction: column; right: auto; top: 0; bottom: 0; height: auto; width: calc(80px + env(safe-area-inset-left, 0px));
    padding: calc(4px + env(safe-area-inset-top, 0px)) 4px calc(4px + env(safe-area-inset-bottom, 0px)) calc(4px + env(safe-area-inset-left, 0px)) }
  #${ID} .strip button { flex: 0 0 76px; width: 72px }
}
@media (min-width: 600px) and (min-height: 600px) {
  #${ID} { font-size: 13px }
  #${ID} .bar { justify-content: center }
  #${ID} .bar button { flex: 0 1 110px }
  ${ON}[data-ohifbuild-strip] { --strip: 112px }
  #${ID} .strip { height: 112px }
  #${ID} .strip button { flex-basis: 104px; height: 104px }
}
@media (prefers-reduced-motion: no-preference) { #${ID} .hint { animation: ohifbuild-hint 8s forwards } }
@keyframes ohifbuild-hint { 0%, 100% { opacity: 0 } 5%, 90% { opacity: 1 } }
@media (forced-colors: active) { #${ID} button { border: 1px solid ButtonText } #${ID} .position .mark { background: ButtonText } }`;

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
