// path: extensions/default/src/DicomWebDataSource/index.js

export function createSource(config, userAuthenticationService) {
  let getHeaders;
  return {
    initialize() {
      getHeaders = () => {
        const wanted = {};
        const given = userAuthenticationService.getAuthorizationHeader();
        if (given && given.Authorization) {
          wanted.Authorization = given.Authorization;
        }
        return wanted;
      };
    },
    search: client => {
      client.headers = getHeaders();
    },
  };
}
