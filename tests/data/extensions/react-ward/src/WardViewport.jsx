import { useState } from 'react';

export function WardViewport({ displaySets = [] }) {
  const [opened] = useState(() => displaySets.length);
  return <div id="ward-viewport">{opened} display sets in the ward's own viewport</div>;
}
