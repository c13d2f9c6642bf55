import { never } from '@ohif/unused';
import leftPad from 'left-pad';

export const headersOf = service => {
  const { Authorization } = service.getAuthorizationHeader();
  return { Authorization };
};

export const label = number => leftPad(number, 3, '0');
