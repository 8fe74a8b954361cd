import { createHmac } from 'node:crypto';

/** Bytes of the key by which a reader signs what its sessions may see. */
export const scopeKeyBytes = 32;
const blockBytes = 64;

/** The owner's. Made by whoever comes first: the provisioning of the database, or its migrations. */
export const scopeKeyTable = `
create schema if not exists reprise_scope;
create table if not exists reprise_scope.key (
  single bool primary key default true check (single),
  inner_pad bytea not null,
  outer_pad bytea not null
);`;

/** $1, $2: `scopeKeyPads`. A reader with another key reads nothing from then on. */
export const setScopeKey = `
insert into reprise_scope.key (inner_pad, outer_pad) values ($1, $2)
on conflict (single) do update set inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad
where (key.inner_pad, key.outer_pad) is distinct from (excluded.inner_pad, excluded.outer_pad)`;

/** The two blocks that HMAC (RFC 2104) hashes before its texts: Postgres has SHA-256 and no HMAC. */
export const scopeKeyPads = (key: Uint8Array): readonly [inner: Buffer, outer: Buffer] => {
  if (key.byteLength !== scopeKeyBytes) throw new RangeError(`a scope key has ${scopeKeyBytes} bytes`);
  const block = Buffer.alloc(blockBytes);
  block.set(key);
  return [Buffer.from(block.map((byte) => byte ^ 0x36)), Buffer.from(block.map((byte) => byte ^ 0x5c))];
};

/** The proof that `reprise_scope.open_list` asks for: HMAC-SHA-256 over the session's nonce and the list. */
export const signScope = (key: Uint8Array, nonce: string, list: string): Buffer =>
  createHmac('sha256', key).update(`${nonce}:${list}`).digest();
