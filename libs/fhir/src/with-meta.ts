import { Instant } from '#domain';
import { findMembers, isObjectAt, memberNames, membersAt } from './json-slices.js';
import type { Splice } from './splice.js';
import { spliced } from './splice.js';

export interface Meta {
  readonly id: string;
  readonly versionId: string;
  readonly lastUpdated: Instant;
}

const names = memberNames('resourceType', 'id', 'meta');

/**
 * The content as the reader serves it: `id`, `meta.versionId` and `meta.lastUpdated` are set, every other byte stays as it was sent.
 * The content is an object (checked at the door).
 */
export const withMeta = (content: Uint8Array, { id, versionId, lastUpdated }: Meta): Buffer => {
  const own = { versionId: JSON.stringify(versionId), lastUpdated: JSON.stringify(Instant.iso(lastUpdated)) };
  const whole = `{"versionId":${own.versionId},"lastUpdated":${own.lastUpdated}}`;
  const [resourceType, oldId, meta] = findMembers(content, names);
  const splices: Splice[] = [];
  const added: string[] = [];
  if (oldId) splices.push({ ...oldId, text: JSON.stringify(id) });
  else added.push(`"id":${JSON.stringify(id)}`);
  if (!meta) added.push(`"meta":${whole}`);
  else if (isObjectAt(content, meta)) splices.push(...metaSplices(content, meta, own));
  else splices.push({ ...meta, text: whole });
  if (added.length > 0) splices.push(inserted(content, resourceType?.end, added));
  return spliced(content, splices);
};

/** Behind `resourceType`, where people look for it; else at the beginning. */
const inserted = (content: Uint8Array, after: number | undefined, members: readonly string[]): Splice => {
  if (after !== undefined) return { start: after, end: after, text: `,${members.join(',')}` };
  const first = membersAt(content)[0];
  const at = first ? first.nameStart : content.indexOf(0x7b) + 1;
  return { start: at, end: at, text: members.join(',') + (first ? ',' : '') };
};

const metaSplices = (
  content: Uint8Array,
  meta: { readonly start: number; readonly end: number },
  own: Readonly<Record<'versionId' | 'lastUpdated', string>>,
): readonly Splice[] => {
  const members = membersAt(content, meta);
  const splices: Splice[] = [];
  const added: string[] = [];
  for (const name of ['versionId', 'lastUpdated'] as const) {
    const old = members.find((member) => member.name === name);
    if (old) splices.push({ start: old.start, end: old.end, text: own[name] });
    else added.push(`"${name}":${own[name]}`);
  }
  if (added.length > 0) {
    const at = members[0]?.nameStart ?? meta.start + 1;
    splices.push({ start: at, end: at, text: added.join(',') + (members.length > 0 ? ',' : '') });
  }
  return splices;
};
