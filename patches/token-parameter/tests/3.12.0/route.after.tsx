// path: platform/app/src/routes/Mode/Mode.tsx

import { takeToken } from './updateAuthServiceAndCleanUrl';

export default function Route({ location, authentication, useParameters }) {
  const parameters = useParameters({ lowerCaseKeys: true });
  const token = parameters.get(
    (window[Symbol.for('ohifbuild')]?.settings ?? window.config?.ohifbuild)?.tokenParam?.toLowerCase() || 'token'
  );

  if (token) {
    takeToken(token, location, authentication);
  }

  return <div />;
}
