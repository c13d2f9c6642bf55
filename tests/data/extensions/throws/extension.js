export default {
  id: 'throws',
  getCommandsModule() {
    throw new Error('the pager is missing');
  },
};
