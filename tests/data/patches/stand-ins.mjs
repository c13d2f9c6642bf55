// Stands for the packages that the inputs of the patches import; the tests look at what was asked of them.

const metadata = new Map();

export const utilities = {
  genericMetadataProvider: {
    get: (type, id) => metadata.get(`${type} ${id}`),
    add: (id, { type, metadata: value }) => metadata.set(`${type} ${id}`, value),
  },
};

export const DICOMWeb = { getAuthorizationHeader: () => ({}) };

export const shown = { url: null, leave: undefined };
export const useState = () => [shown.url, url => (shown.url = url)];
export const useEffect = effect => {
  shown.leave = effect();
};

export default { createElement: () => null };
