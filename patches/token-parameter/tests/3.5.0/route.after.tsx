// path: platform/app/src/routes/Mode/Mode.tsx

export default function Route({ location, authentication, useParameters }) {
  const parameters = useParameters();
  const protocol = parameters.get('hangingprotocolid');
  const token = parameters.get(
    (window[Symbol.for('ohifbuild')]?.settings ?? window.config?.ohifbuild)?.tokenParam?.toLowerCase() || 'token'
  );

  if (token) {
    const { tokenHeader, tokenScheme } = window[Symbol.for('ohifbuild')]?.settings ?? window.config?.ohifbuild ?? {};
    authentication.setServiceImplementation({
      getAuthorizationHeader: () => ({
        [tokenHeader || 'token']: tokenScheme ? `${tokenScheme} ${token}` : token,
      }),
    });

    const address = new URL(window.location.origin + location.pathname + location.search);
    const tokenParam =
      (window[Symbol.for('ohifbuild')]?.settings ?? window.config?.ohifbuild)?.tokenParam?.toLowerCase() || 'token';
    Array.from(address.searchParams.keys())
      .filter(name => name.toLowerCase() === tokenParam)
      .forEach(name => address.searchParams.delete(name));
    window.history.replaceState(null, '', address.toString());
  }

  return <div>{protocol}</div>;
}
