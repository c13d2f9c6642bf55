import { headersOf } from '@ohif/core';

export default { id: '@ohif/extension-default', headersOf };
