import { describe, expect, it, vi } from 'vitest';
import { Segment } from '../message/segment.js';
import { listed } from '../represented/not-taken.js';
import { resultsConformance } from './conformance.js';
import { accepted, bacteriology, letter, mdm, msh, obr, obx, orc, pid, segur, txa } from './fixtures.js';

/** Fields that are read of these messages, by segment. */
const fieldsRead = (messages: readonly (readonly string[])[]): ReadonlyMap<string, ReadonlySet<number>> => {
  const found = new Map<string, Set<number>>();
  const spy = vi.spyOn(Segment.prototype, 'raw');
  // A table is read as far as a segment goes.
  for (const message of messages) accepted(message.map((line) => `${line}${'|'.repeat(60)}`));
  spy.mock.calls.forEach(([field], call) => {
    const segment = spy.mock.contexts[call];
    const name = segment instanceof Segment ? segment.name : '';
    found.set(name, (found.get(name) ?? new Set()).add(field));
  });
  spy.mockRestore();
  return found;
};

const timed = [msh(), pid, orc, obr(), 'TQ1|1', obx()];
const bare = ['OBR|1|||K^x^L|||20260310080000', 'OBX|1|NM|K^x^L||1', 'SPM|1'];
const read = fieldsRead([
  bacteriology,
  segur,
  timed,
  [msh(), pid, orc, obr(), obx(), 'OBX|2|TX|K^x^L||a||||||F', 'OBX|3|TX|K^x^L||b||||||F', ...bare],
  [msh(), pid, 'OBR|1||F9|K^x^L|||20260310080000|||||||20260310081000|SER&Sérum&L'],
  mdm('T10', txa({ parent: 'D0^GED' }), ...letter('un')),
  mdm('T02', 'TXA|1', ...letter('un')),
]);

describe('what is said of results and documents', () => {
  it.each(resultsConformance.segments.map((segment) => [segment.name, segment] as const))(
    '%s: every field that is read, and no other',
    (name, { fields }) => {
      // What the published list has is told of there.
      const isListed = (field: number): boolean => listed.ORU.get(name)?.fields.get(field) === -1;
      const named = fields.flatMap((one) => one.fields).filter((field) => !isListed(field));
      const found = [...(read.get(name) ?? [])].filter((field) => !isListed(field));
      expect(found.sort((a, b) => a - b)).toEqual(named);
    },
  );
});
