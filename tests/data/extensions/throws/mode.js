export default {
  id: 'throws-mode',
  modeFactory() {
    throw new Error('the protocol is missing');
  },
};
