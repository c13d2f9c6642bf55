/** What the layout asks of OHIF's services. Each answer is empty if a release lacks the service or the method. */

/**
 * Creates the questions to one viewer.
 *
 * @param {any} host what OHIF passes to onModeEnter
 */
export function createOhif({ servicesManager, extensionManager }) {
  const {
    viewportGridService: grid,
    cornerstoneViewportService,
    displaySetService,
    hangingProtocolService,
  } = servicesManager.services;

  const activeId = () => grid.getActiveViewportId?.() ?? grid.getState?.().activeViewportId;

  /** Study by study, as they have come; then by series number. */
  function displaySets() {
    /** @type {any[]} */
    const all = quietly(() => displaySetService.getActiveDisplaySets(), []) ?? [];
    const studies = [...new Set(all.map(each => each.StudyInstanceUID))];
    const place = (/** @type {any} */ each) => studies.indexOf(each.StudyInstanceUID);
    const number = (/** @type {any} */ each) => Number(each.SeriesNumber) || 0;
    return [...all].sort((one, other) => place(one) - place(other) || number(one) - number(other));
  }

  /** @param {string} id */
  function displaySet(id) {
    return displaySets().find((/** @type {any} */ each) => each.displaySetInstanceUID === id);
  }

  /** @param {string} imageId */
  async function getImageSrc(imageId) {
    const { exports } = extensionManager.getModuleEntry('@ohif/extension-cornerstone.utilityModule.common');
    const canvas = document.createElement('canvas');
    const { utilities } = exports.getCornerstoneLibraries().cornerstone;
    await utilities.loadImageToCanvas({ canvas, imageId, thumbnail: true });
    return canvas.toDataURL();
  }

  return {
    /** Whether the release has the services that the layout cannot do without. */
    complete: Boolean(grid?.getState && cornerstoneViewportService?.getCornerstoneViewport && displaySetService),

    /** The active viewport of cornerstone; undefined if it shows no image. */
    viewport: () => quietly(() => cornerstoneViewportService.getCornerstoneViewport(activeId()), undefined),

    /** @param {string | undefined} id of the viewport that a finger is on */
    activate(id) {
      quietly(() => id && id !== activeId() && grid.setActiveViewportId(id), undefined);
    },

    /** @returns {import('./series-strip.js').Series[]} */
    series: () =>
      displaySets().map((/** @type {any} */ each) => ({
        id: each.displaySetInstanceUID,
        name: each.SeriesDescription ?? each.label ?? '',
        modality: each.Modality ?? '',
        shows: !each.unsupported,
      })),

    /** Ids of the display sets in the active viewport. @returns {string[]} */
    shown: () => quietly(() => grid.getState().viewports.get(activeId()).displaySetInstanceUIDs, []) ?? [],

    /** @param {string} id of the display set to show in the active viewport */
    open(id) {
      const viewportId = activeId();
      const whole = [{ viewportId, displaySetInstanceUIDs: [id] }];
      const wanted = quietly(() => hangingProtocolService.getViewportsRequireUpdate(viewportId, id), whole) ?? whole;
      quietly(() => grid.setDisplaySetsForViewports(wanted), undefined);
    },

    /**
     * The address of a series' picture, as OHIF's own panel gets it; undefined for documents and the like.
     *
     * @param {string} id of the display set
     * @returns {Promise<string | undefined>}
     */
    async picture(id) {
      const wanted = displaySet(id);
      if (wanted?.unsupported || typeof wanted?.getThumbnailSrc !== 'function') {
        return undefined;
      }
      return wanted.thumbnailSrc ?? (await wanted.getThumbnailSrc({ getImageSrc })) ?? undefined;
    },

    /** Frames per second of the series in the active viewport, as its maker wants it; undefined if it does not say. */
    frameRate() {
      const first = displaySet(this.shown()[0])?.instances?.[0] ?? {};
      return Number(first.CineRate ?? first.RecommendedDisplayFrameRate) || 1000 / Number(first.FrameTime) || undefined;
    },

    /**
     * @param {() => void} changed runs after any change of viewports or series
     * @returns {() => void} ends it
     */
    watch(changed) {
      const subscriptions = [grid, displaySetService].flatMap(service =>
        Object.values(service.EVENTS ?? {}).map(event => quietly(() => service.subscribe(event, changed), undefined))
      );
      return () => subscriptions.forEach(each => each?.unsubscribe?.());
    },
  };
}

/**
 * @template T
 * @param {() => T} act
 * @param {T} otherwise
 * @returns {T}
 */
function quietly(act, otherwise) {
  try {
    return act();
  } catch {
    return otherwise;
  }
}
