export const id = 'react-ward-mode';
