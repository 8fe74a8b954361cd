import { createHash } from 'node:crypto';
import { Failure } from '#domain';

/**
 * Where a listing goes on. Holds no right and no content: only the place, and a digest of what it was made for (who asked, which
 * address, which question), so that it is of no use with any other question. A forged one shows nothing that its bearer could not
 * ask for: every page is bounded anew by what its caller may see.
 */
export const PageCursor = {
  write: (madeFor: readonly string[], place: readonly (string | number)[]): string =>
    Buffer.from(JSON.stringify([digest(madeFor), ...place])).toString('base64url'),

  /** Throws `input.invalid` on anything that `write` has not made for the same question. */
  read(madeFor: readonly string[], cursor: string): readonly unknown[] {
    const [bound, ...place] = parsed(cursor);
    if (bound !== digest(madeFor)) throw foreign();
    return place;
  },
};

const digest = (madeFor: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(madeFor)).digest('base64url').slice(0, 22);

const foreign = (): Failure =>
  new Failure(
    'input.invalid',
    '_cursor: the page cursor was not made for this caller and this question',
    'follow the link "next" as it was given, or begin with the first page',
  );

const parsed = (cursor: string): readonly unknown[] => {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) ? (value as readonly unknown[]) : [];
  } catch {
    return [];
  }
};
