// path: extensions/default/src/Panels/getStudiesForPatientByMRN.js

async function getStudiesForPatientByMRN(source, opened) {
  if (opened && opened.length && opened[0].mrn) {
    // '*', '?' and '\' are no plain characters in a DICOM query: such an ID cannot be asked for exactly.
    const { priors = 'never' } = window[Symbol.for('ohifbuild')]?.settings ?? window.config?.ohifbuild ?? {};
    if (priors !== 'ohif' && (priors !== 'exact' || /[*?\\]/.test(opened[0].mrn))) {
      return opened;
    }
    const found = await source.query.studies.search({
      patientId: opened[0].mrn,
    });
    return priors === 'exact' ? found.filter(study => study.mrn === opened[0].mrn) : found;
  }
  return opened;
}

export default getStudiesForPatientByMRN;
