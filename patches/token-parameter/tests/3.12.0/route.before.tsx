// path: platform/app/src/routes/Mode/Mode.tsx

import { takeToken } from './updateAuthServiceAndCleanUrl';

export default function Route({ location, authentication, useParameters }) {
  const parameters = useParameters({ lowerCaseKeys: true });
  const token = parameters.get('token');

  if (token) {
    takeToken(token, location, authentication);
  }

  return <div />;
}
