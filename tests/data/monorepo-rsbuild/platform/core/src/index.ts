import leftPad from 'left-pad';

export const label = (version: string): string => `OHIF ${leftPad(version, 16, '.')}`;
