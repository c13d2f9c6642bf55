export const never = 'nobody needs this';
