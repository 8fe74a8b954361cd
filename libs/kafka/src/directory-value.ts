import { Failure } from '#domain';
import type { DirectoryEvent } from '#usecases';

const kinds = {
  'territory-declared': true,
  'establishment-declared': true,
  'sender-declared': true,
  'incarnation-opened': true,
  'membership-declared': true,
  'restore-requested': true,
  'restore-resumed': true,
  'restore-cancelled': true,
  'restore-built': true,
  'restore-approved': true,
  'restore-promoted': true,
  'restore-rolled-back': true,
} satisfies Record<DirectoryEvent['kind'], true>;

const isEvent = (value: unknown): value is DirectoryEvent =>
  typeof value === 'object' &&
  value !== null &&
  'v' in value &&
  value.v === 1 &&
  'kind' in value &&
  typeof value.kind === 'string' &&
  Object.hasOwn(kinds, value.kind);

const parse = (value: Buffer): unknown => {
  try {
    return JSON.parse(value.toString('utf8'));
  } catch {
    return undefined;
  }
};

export const directoryValue = (event: DirectoryEvent): Buffer => Buffer.from(JSON.stringify(event));

/** Throws `log.too-new`. */
export const parseDirectoryValue = (value: Buffer): DirectoryEvent => {
  const event = parse(value);
  if (isEvent(event)) return event;
  throw new Failure(
    'log.too-new',
    'the directory log holds an entry of a version or kind that is not known here',
    'run the version of Reprise that wrote it, or a newer one; nothing was skipped',
  );
};
