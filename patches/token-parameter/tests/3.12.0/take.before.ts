// path: platform/app/src/routes/Mode/updateAuthServiceAndCleanUrl.ts

export function takeToken(token: string, location: any, authentication: any): void {
  authentication.setServiceImplementation({
    getAuthorizationHeader: () => ({
      Authorization: 'Bearer ' + token,
    }),
  });

  const address = new URL(window.location.origin + window.location.pathname + location.search);
  address.searchParams.delete('token');
  window.history.replaceState(null, '', address.toString());
}
