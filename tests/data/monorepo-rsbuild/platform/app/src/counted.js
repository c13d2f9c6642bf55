export const counted = number => `${number} extensions`;
