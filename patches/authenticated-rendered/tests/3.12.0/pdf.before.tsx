// path: extensions/dicom-pdf/src/viewports/OHIFCornerstonePdfViewport.tsx

import React, { useEffect, useState } from 'react';

function OHIFCornerstonePdfViewport({ displaySets, viewportId = 'pdf' }) {
  const [url, setUrl] = useState(null);
  const { renderedUrl } = displaySets[0];

  useEffect(() => {
    const load = async () => {
      setUrl(await renderedUrl);
    };

    load();
  }, [renderedUrl]);

  return <object data={url} type="application/pdf" />;
}

export default OHIFCornerstonePdfViewport;
