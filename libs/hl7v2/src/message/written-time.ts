import { Instant } from '#domain';

/**
 * An instant as HL7 writes it (v2.5, section 2.A.77): `20260310081500+0000`, seconds, in UTC. With the offset it means one moment, and
 * it can be written again, to the byte, by who does not know in which zone the establishment stood.
 */
export const writtenTime = (at: Instant): string => `${Instant.iso(at).slice(0, 19).replace(/[-T:]/g, '')}+0000`;
