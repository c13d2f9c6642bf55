import { label } from '@ohif/core';

export default { id: '@ohif/extension-default', label };
