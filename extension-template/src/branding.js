/** The appearance of the viewer, from settings that the build has checked. OHIF itself takes a function for it. */

/** @typedef {import('../types/early.js').Settings['branding']} Branding */
/** @typedef {import('../types/ohif.js').AppConfig} AppConfig */

/**
 * Applies name, logo and colours.
 *
 * @param {Document} document
 * @param {AppConfig} appConfig
 * @param {Branding} branding
 */
export function applyBranding({ documentElement }, appConfig, { name, logo, colours }) {
  // On the element itself they win over OHIF's style sheet, whenever that loads.
  for (const [colour, value] of Object.entries(colours)) {
    documentElement.style.setProperty(`--${colour}`, value);
  }
  // A function of the recipe's app_config_module goes before.
  if ((logo || name) && !appConfig.whiteLabeling) {
    appConfig.whiteLabeling = {
      /** @param {{createElement: (type: string, props: object, ...children: unknown[]) => unknown}} React */
      createLogoComponentFn(React) {
        const image = logo ? React.createElement('img', { src: logo, alt: name, height: 30 }) : undefined;
        return image ?? React.createElement('span', { style: { color: '#fff' } }, name);
      },
    };
  }
}
