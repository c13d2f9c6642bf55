// path: extensions/cornerstone/src/services/ViewportService/CornerstoneViewportService.ts

import { utilities as csUtils } from '@cornerstonejs/core';

class ViewportService {
  constructor(private readonly servicesManager: any) {}

  private async _setOtherViewport(viewport: any, viewportData: any, info: any): Promise<void> {
    const [displaySet] = viewportData.data;
    return viewport.setDataIds(displaySet.imageIds, {
      groupId: displaySet.displaySetInstanceUID,
      viewReference: info.getViewReference(),
    });
  }
}

export { csUtils, ViewportService };
