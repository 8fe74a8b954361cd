import type { Finess } from '#domain';

/**
 * `max.message.bytes`: of a record batch as it is sent. Above the largest frame (design, section 5).
 * @limit Log | bytes of a record batch as Kafka takes it | AE, 413
 */
export const messageBytesMax = 24 * 1024 * 1024;

/**
 * Bytes of one entry before it is packed, attributes included: nearly five times the largest message, since an event holds what came and
 * what is made of it. More is refused for good (`input.too-large`). With it no batch that a gateway writes unpacks to more: others of
 * it hold 4 MB (`group-commit.ts`).
 * @limit Log | bytes of one entry before it is packed | AE, 413
 */
export const entryBytesMax = 96 * 1024 * 1024;

export const directoryTopic = 'reprise.directory';
export const logTopic = (establishment: Finess): string => `reprise.${establishment}.log`;
export const journalTopic = (establishment: Finess): string => `reprise.${establishment}.journal`;
