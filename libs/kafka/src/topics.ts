import type { Finess } from '#domain';

export const directoryTopic = 'reprise.directory';
export const logTopic = (establishment: Finess): string => `reprise.${establishment}.log`;
export const journalTopic = (establishment: Finess): string => `reprise.${establishment}.journal`;
