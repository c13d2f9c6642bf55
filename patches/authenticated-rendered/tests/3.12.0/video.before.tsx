// path: extensions/dicom-video/src/viewports/OHIFCornerstoneVideoViewport.tsx

import React, { useEffect, useState } from 'react';

function OHIFCornerstoneVideoViewport({ displaySets }) {
  const [url, setUrl] = useState(null);
  const { videoUrl } = displaySets[0];

  useEffect(() => {
    const load = async () => {
      setUrl(await videoUrl);
    };

    load();
  }, [videoUrl]);

  return <video src={url} />;
}

export default OHIFCornerstoneVideoViewport;
