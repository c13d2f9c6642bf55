// path: extensions/default/src/DicomWebDataSource/qido.js

function mapParams(params, options = {}) {
  const wild = options.supportsWildcard;
  const withWildcard = value => (wild && value ? `*${value}*` : value);

  return {
    PatientName: withWildcard(params.patientName),
    //PatientID: withWildcard(params.patientId),
    '00100020': withWildcard(params.patientId), // by tag
    limit: params.limit || 101,
  };
}

export { mapParams };
