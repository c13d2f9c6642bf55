// path: extensions/default/src/DicomWebDataSource/index.ts

type Headers = { Authorization?: string };

export function createSource(services: any) {
  const { userAuthenticationService } = services;
  let getHeaders: () => Headers;

  return {
    initialize: () => {
      getHeaders = (): Headers => {
        const wanted: Headers = {};
        const given = userAuthenticationService.getAuthorizationHeader();
        if (given && given.Authorization) {
          wanted.Authorization = given.Authorization;
        }
        return wanted;
      };
    },
    search: (client: { headers: Headers }) => {
      client.headers = getHeaders();
    },
  };
}
