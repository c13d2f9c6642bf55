// path: extensions/default/src/Panels/getStudiesForPatientByMRN.js

async function getStudiesForPatientByMRN(source, opened) {
  if (!opened?.length) {
    return [];
  }

  const id = opened[0].mrn;
  if (!id) {
    return opened;
  }

  return source.query.studies.search({ patientId: id, disableWildcard: true });
}

export default getStudiesForPatientByMRN;
