// path: extensions/cornerstone/src/services/ViewportService/CornerstoneViewportService.ts

import { utilities as csUtils } from '@cornerstonejs/core';

class ViewportService {
  constructor(private readonly servicesManager: any) {}

  private async _setOtherViewport(viewport: any, viewportData: any, info: any): Promise<void> {
    const [displaySet] = viewportData.data;
    const headers = this.servicesManager.services.userAuthenticationService.getAuthorizationHeader() ?? {};
    const { wadoRoot } = (displaySet as any).instance ?? {};
    const [imageId] = displaySet.imageIds ?? [];
    const image = csUtils.genericMetadataProvider.get('imageUrlModule', imageId);
    const absolute = (address: string) => new URL(address, window.location.href).href;
    const guarded =
      Object.keys(headers).length &&
      wadoRoot &&
      image?.rendered &&
      absolute(image.rendered).startsWith(absolute(`${wadoRoot}/`));
    const response = guarded
      ? await fetch(image.rendered, { headers, redirect: 'error' }).catch(() => undefined)
      : undefined;
    if (response?.ok) {
      const content = new Blob([await response.arrayBuffer()], { type: 'video/mp4' });
      csUtils.genericMetadataProvider.add(imageId, {
        type: 'imageUrlModule',
        metadata: { ...image, rendered: URL.createObjectURL(content) },
      });
    }
    return viewport.setDataIds(displaySet.imageIds, {
      groupId: displaySet.displaySetInstanceUID,
      viewReference: info.getViewReference(),
    });
  }
}

export { csUtils, ViewportService };
