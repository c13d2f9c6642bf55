// path: extensions/dicom-video/src/viewports/OHIFCornerstoneVideoViewport.tsx

import React, { useEffect, useState } from 'react';

function OHIFCornerstoneVideoViewport({ servicesManager, displaySets }) {
  const [url, setUrl] = useState(null);
  const { videoUrl } = displaySets[0];

  useEffect(() => {
    const abort = new AbortController();
    let objectUrl = '';
    const load = async () => {
      const url = await videoUrl;
      const headers = servicesManager.services.userAuthenticationService.getAuthorizationHeader() ?? {};
      const { wadoRoot } = displaySets[0].instance ?? {};
      const absolute = address => new URL(address, window.location.href).href;
      if (!Object.keys(headers).length || !wadoRoot || !absolute(url).startsWith(absolute(`${wadoRoot}/`))) {
        setUrl(url);
        return;
      }
      const response = await fetch(url, { headers, redirect: 'error', signal: abort.signal });
      const content = response.ok ? await response.arrayBuffer() : null;
      if (content && !abort.signal.aborted) {
        objectUrl = URL.createObjectURL(new Blob([content], { type: 'video/mp4' }));
        setUrl(objectUrl);
      }
    };

    load().catch(error => abort.signal.aborted || console.warn('Unable to retrieve:', error.message));
    return () => {
      abort.abort();
      URL.revokeObjectURL(objectUrl);
    };
  }, [videoUrl]);

  return <video src={url} />;
}

export default OHIFCornerstoneVideoViewport;
