import type { RecordKey } from '#domain';
import type { Column } from '../rows/column.js';
import type { VersionRow } from '../rows/rows-of-effects.js';

export interface TokenRow {
  readonly type: string;
  readonly token: string;
  readonly id: string;
}

export const tokenColumns: readonly Column<TokenRow>[] = [
  { name: 'type', type: 'text', of: ({ type }) => type },
  { name: 'token', type: 'text', of: ({ token }) => token },
  { name: 'id', type: 'text', of: ({ id }) => id },
];

/** Only what differs is written: most versions of a record are found by the same tokens. */
export const tokenChanges = (
  heads: readonly VersionRow[],
  before: (key: RecordKey) => readonly string[],
): { readonly added: readonly TokenRow[]; readonly dropped: readonly TokenRow[] } => {
  const added: TokenRow[] = [];
  const dropped: TokenRow[] = [];
  for (const { version, type, id, tokens } of heads) {
    const old = new Set(before(version.key));
    for (const token of tokens) if (!old.delete(token)) added.push({ type, token, id });
    for (const token of old) dropped.push({ type, token, id });
  }
  return { added, dropped };
};
