onmessage = async event => {
  const { counted } = await import('./counted');
  postMessage(counted(event.data));
};
