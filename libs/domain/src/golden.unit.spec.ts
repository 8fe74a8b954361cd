import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeEvent } from './index.js';

const folder = 'libs/domain/golden';

/** Golden files are never rewritten: an event that was written once must be read for ever. New formats add files. */
describe('golden events', () => {
  const names = readdirSync(folder).filter((name) => name.endsWith('.hex'));

  it('are there', () => expect(names.length).toBeGreaterThanOrEqual(4));

  it.each(names)('%s is decoded as it was on the day it was written', (name) => {
    const value = Buffer.from(readFileSync(`${folder}/${name}`, 'utf8').replaceAll(/\s/g, ''), 'hex');
    const shown = JSON.stringify(
      decodeEvent(value),
      (_key, v: unknown) => {
        const bytes = v as { type?: unknown; data?: number[] } | null;
        return bytes && typeof bytes === 'object' && bytes.type === 'Buffer'
          ? Buffer.from(bytes.data ?? []).toString('utf8')
          : v;
      },
      2,
    );
    expect(JSON.parse(shown)).toEqual(JSON.parse(readFileSync(`${folder}/${name.replace('.hex', '.json')}`, 'utf8')));
  });
});
