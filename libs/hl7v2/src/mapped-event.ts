import type { LogEvent } from '#domain';

/** What a message comes to; who sent it and when it came is for others to say. */
export type MappedEvent = Omit<LogEvent, 'sender' | 'incarnation' | 'receivedAt' | 'acknowledgement'>;

/** Raised when changes that the same bytes give come out otherwise. */
export const mapping = { name: 'ihe-pam-fr', version: 6 } as const;
