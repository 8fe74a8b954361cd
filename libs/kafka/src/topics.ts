import type { Finess } from '#domain';

/** `max.message.bytes`: of a record batch as it is sent. Above the largest frame (design, section 5). */
export const messageBytesMax = 24 * 1024 * 1024;

export const directoryTopic = 'reprise.directory';
export const logTopic = (establishment: Finess): string => `reprise.${establishment}.log`;
export const journalTopic = (establishment: Finess): string => `reprise.${establishment}.journal`;
