import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contextOf } from '../fixtures/context.js';
import { readMessage } from '../read-message.js';
import { triggers } from './triggers.js';

/** Published samples, read where they lie; nothing of them is printed. */
const root = join(import.meta.dirname, '../../../../../shared/samples');
const isThere = existsSync(root);

const messages = (isThere ? readdirSync(root, { recursive: true, encoding: 'utf8' }) : [])
  .filter((file) => file.endsWith('.hl7'))
  .flatMap((file) => {
    const text = readFileSync(join(root, file), 'latin1');
    return (file.startsWith('google-simhospital') ? text.split('\n\n') : [text]).map((one) =>
      Buffer.from(one, 'latin1'),
    );
  })
  .filter((bytes) => bytes.includes('|ADT^'));

describe.runIf(isThere)('ADT among the published samples', () => {
  const read = (strictness: 'tolerant' | 'strict') =>
    messages.map((bytes) => readMessage(bytes, contextOf({ hl7: { strictness } })));

  it('are all accepted, and those of a mapped trigger make changes', () => {
    const readings = read('tolerant');
    expect(readings.length).toBeGreaterThan(150);
    const unlike = readings.filter((reading) => {
      const isMapped = triggers[reading.head.label.slice(4)] !== undefined;
      return !reading.accepted || reading.event.changes.length > 0 !== isMapped;
    });
    expect(unlike.map(({ head }) => head.label)).toEqual([]);
  });

  it('are refused for a reason that names a place and a code, where the letter counts', () => {
    const refused = read('strict').flatMap((reading) => (reading.accepted ? [] : reading.errors));
    expect(refused.length).toBeGreaterThan(0);
    for (const { location, code } of refused) {
      expect(location).toMatch(/^[A-Z][A-Z0-9]{2}\^\d+(\^\d+){0,3}$/);
      expect(code).toMatch(/^[12]0\d$/);
    }
  });
});
