export const start = (label, extensions) => {
  document.title = `${label}: ${extensions.map(extension => extension.id)}`;
};
