// path: platform/app/src/routes/Mode/updateAuthServiceAndCleanUrl.ts

export function takeToken(token: string, location: any, authentication: any): void {
  const { tokenHeader, tokenScheme } = window[Symbol.for('ohifbuild')]?.settings ?? window.config?.ohifbuild ?? {};
  authentication.setServiceImplementation({
    getAuthorizationHeader: () => ({
      [tokenHeader || 'token']: tokenScheme ? `${tokenScheme} ${token}` : token,
    }),
  });

  const address = new URL(window.location.origin + window.location.pathname + location.search);
  const tokenParam =
    (window[Symbol.for('ohifbuild')]?.settings ?? window.config?.ohifbuild)?.tokenParam?.toLowerCase() || 'token';
  Array.from(address.searchParams.keys())
    .filter(name => name.toLowerCase() === tokenParam)
    .forEach(name => address.searchParams.delete(name));
  window.history.replaceState(null, '', address.toString());
}
