// path: extensions/default/src/Panels/getStudiesForPatientByMRN.js

async function getStudiesForPatientByMRN(source, opened) {
  if (opened && opened.length && opened[0].mrn) {
    return source.query.studies.search({
      patientId: opened[0].mrn,
    });
  }
  return opened;
}

export default getStudiesForPatientByMRN;
