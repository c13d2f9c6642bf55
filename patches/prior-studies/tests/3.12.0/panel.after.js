// path: extensions/default/src/Panels/getStudiesForPatientByMRN.js

async function getStudiesForPatientByMRN(source, opened) {
  if (!opened?.length) {
    return [];
  }

  const id = opened[0].mrn;
  if (!id) {
    return opened;
  }

  // '*', '?' and '\' are no plain characters in a DICOM query: such an ID cannot be asked for exactly.
  const { priors = 'never' } = window[Symbol.for('ohifbuild')]?.settings ?? window.config?.ohifbuild ?? {};
  if (priors !== 'ohif' && (priors !== 'exact' || /[*?\\]/.test(id))) {
    return opened;
  }
  const found = await source.query.studies.search({ patientId: id, disableWildcard: true });
  return priors === 'exact' ? found.filter(study => study.mrn === id) : found;
}

export default getStudiesForPatientByMRN;
