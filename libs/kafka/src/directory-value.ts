import { type DirectoryEvent, readDirectoryEvent, type UnreadableEvent } from '#usecases';

const parse = (value: Buffer): unknown => {
  try {
    return JSON.parse(value.toString('utf8'));
  } catch {
    return undefined;
  }
};

export const directoryValue = (event: DirectoryEvent): Buffer => Buffer.from(JSON.stringify(event));

/** Throws `log.too-new`; what is not whole comes back as such. */
export const parseDirectoryValue = (value: Buffer): DirectoryEvent | UnreadableEvent =>
  readDirectoryEvent(parse(value));
