export default { id: '@ohif/mode-basic' };
