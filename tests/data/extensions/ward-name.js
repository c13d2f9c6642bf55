export const name = 'St. Example';
