// path: extensions/dicom-pdf/src/viewports/OHIFCornerstonePdfViewport.tsx

import React, { useEffect, useState } from 'react';

function OHIFCornerstonePdfViewport({ displaySets }) {
  const [url, setUrl] = useState(null);
  const { pdfUrl } = displaySets[0];

  useEffect(() => {
    const load = async () => {
      setUrl(await pdfUrl);
    };

    load();
  }, [pdfUrl]);

  return <object data={url} type="application/pdf" />;
}

export default OHIFCornerstonePdfViewport;
