import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Instant } from '#domain';
import { describe, expect, it } from 'vitest';
import { acknowledge } from './acknowledge.js';
import { contextOf } from './fixtures/context.js';
import { readMessage } from './read-message.js';

/** Published samples, read where they lie; see SOURCES.md there for how the messages of a file are separated. */
const root = join(import.meta.dirname, '../../../../shared/samples');
const isThere = existsSync(root);
const files = isThere
  ? readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.hl7'))
  : [];

const messagesOf = (file: string): readonly Buffer[] => {
  const bytes = readFileSync(join(root, file));
  if (!file.startsWith('google-simhospital')) return [bytes];
  return bytes
    .toString('latin1')
    .split('\n\n')
    .filter((message) => message.trim() !== '')
    .map((message) => Buffer.from(message, 'latin1'));
};

describe.runIf(isThere)('published samples', () => {
  it('are there', () => {
    expect(files.length).toBeGreaterThan(100);
  });

  it.each(files)('%s is accepted, or refused with a reason', (file) => {
    for (const message of messagesOf(file)) {
      const reading = readMessage(message, contextOf());
      if (!reading.accepted) expect(reading.errors.length).toBeGreaterThan(0);
      expect(acknowledge(reading.head, reading.accepted ? 'AA' : 'AE', { at: Instant.of(0) }).length).toBeGreaterThan(
        20,
      );
    }
  });

  it('of google-simhospital all make changes', () => {
    const readings = files
      .filter((file) => file.startsWith('google-simhospital'))
      .flatMap(messagesOf)
      .map((message) => readMessage(message, contextOf()));
    expect(readings).toHaveLength(300);
    const unmapped = readings.filter((reading) => !reading.accepted || reading.event.changes.length === 0);
    expect(unmapped.map(({ head }) => head.label)).toEqual([]);
  });

  it('PAM-FR A31 gives the patient that it tells of', () => {
    const [bytes] = messagesOf(join('ben0it-t-hl7v2-ihe-pam-fr', 'readme-example-adt-a31.hl7'));
    const reading = readMessage(bytes ?? Buffer.alloc(0), contextOf());
    const [change] = reading.accepted ? reading.event.changes : [];
    if (change?.kind !== 'identify') throw new Error('no identity');
    const said = Object.fromEntries(
      change.edits.flatMap((edit) => (edit.op === 'set' ? [[edit.member, edit.value]] : [])),
    );
    expect(said).toMatchObject({
      identifier: [
        { use: 'usual', value: '123456789' },
        { use: 'official', system: 'urn:oid:1.2.250.1.213.1.4.10', value: '170017510112313' },
      ],
      name: [
        { use: 'usual', family: 'Lastname', given: ['Firstname'] },
        { use: 'official', family: 'Lastname', given: ['Firstname'] },
      ],
      gender: 'male',
      birthDate: '1970-01-01',
      multipleBirthInteger: 1,
      deceasedBoolean: false,
      address: [{ use: 'home', line: ['3 avenue Montaigne', '1er étage'], city: 'PARIS 08', postalCode: '75008' }],
      maritalStatus: { coding: [{ code: 'M' }] },
    });
    expect([said['telecom#13'], said['telecom#14']].flat().filter(Boolean)).toHaveLength(5);
    const extensions = JSON.stringify(change.edits.filter(({ op }) => op === 'upsert'));
    for (const part of ['patient-birthPlace', '"75101"', '"PROV"', '"FICT"']) expect(extensions).toContain(part);
  });
});
