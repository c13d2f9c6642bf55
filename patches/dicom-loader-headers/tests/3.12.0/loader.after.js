// path: extensions/cornerstone/src/utils/dicomLoaderService.js

import { DICOMWeb } from '@ohif/core';

const fetchIt = (url, headers = { headers: DICOMWeb.getAuthorizationHeader() }) => {
  return fetch(url, headers).then(response => response.arrayBuffer());
};

const wadorsRetriever = (root, study, series, instance, headers = DICOMWeb.getAuthorizationHeader()) =>
  new Client({ root, headers }).retrieve({ study, series, instance });

class Loader {
  getDataByImageType(dataset) {
    const { kind, url, study, series, instance } = dataset.images[0];
    let retrieve = fetchIt;
    switch (kind) {
      case 'wadors':
        retrieve = wadorsRetriever.bind(this, url, study, series, instance, dataset.authorizationHeaders);
        break;
      case 'wadouri':
        retrieve = fetchIt.bind(this, url, { headers: dataset.authorizationHeaders });
        break;
    }
    return retrieve();
  }

  findDicomDataPromise(dataset, studies, headers) {
    dataset.authorizationHeaders = headers;
    return this.getDataByImageType(dataset);
  }
}

export default new Loader();
