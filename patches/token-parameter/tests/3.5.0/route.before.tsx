// path: platform/app/src/routes/Mode/Mode.tsx

export default function Route({ location, authentication, useParameters }) {
  const parameters = useParameters();
  const protocol = parameters.get('hangingprotocolid');
  const token = parameters.get('token');

  if (token) {
    authentication.setServiceImplementation({
      getAuthorizationHeader: () => ({
        Authorization: 'Bearer ' + token,
      }),
    });

    const address = new URL(window.location.origin + location.pathname + location.search);
    address.searchParams.delete('token');
    window.history.replaceState(null, '', address.toString());
  }

  return <div>{protocol}</div>;
}
