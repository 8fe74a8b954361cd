import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorityLines, SeenAuthorities } from './propose-authorities.js';
import { readProfile } from './read-profile.js';

const name = fc.stringMatching(/^[\x21-\x7e](?:[\x20-\x7e]{0,20}[\x21-\x7e])?$/);
const oid = fc.oneof(fc.stringMatching(/^[0-2](?:\.[0-9]{1,6}){1,8}$/), fc.domain());

describe('authorities that are proposed', () => {
  it('are lines that make a profile in which they are declared', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ namespace: name, oid }), { minLength: 1, maxLength: 8 }), (pairs) => {
        const seen = new SeenAuthorities();
        seen.addSeen(pairs);
        const yaml = ['name: his', 'finess: 010000024', ...authorityLines(seen.proposals())].join('\n');
        const { profile, faults } = readProfile('s.yaml', Buffer.from(`${yaml}\n`));
        expect(faults).toEqual([]);
        expect(new Set(profile?.hl7?.authorities?.map(({ namespace }) => namespace))).toEqual(
          new Set(pairs.map(({ namespace }) => namespace)),
        );
        expect(seen.proposals(profile?.hl7)).toEqual([]);
      }),
    );
  });

  it('are the most frequent first, and of one namespace that alone; no more than fifty are kept', () => {
    const seen = new SeenAuthorities();
    seen.addSeen([{ namespace: 'A', oid: '1.2.1' }]);
    for (const _ of [1, 2]) seen.addSeen([{ namespace: 'A', oid: '1.3.1' }]);
    expect(authorityLines(seen.proposals())).toEqual([
      'hl7:',
      '  authorities:',
      '    - { namespace: A, oid: 1.3.1 }',
      '    # - { namespace: A, oid: 1.2.1 }',
    ]);
    expect(authorityLines([])).toEqual([]);
    for (let i = 0; i < 200; i++) seen.addSeen([{ namespace: `N${i}`, oid: `1.${i}` }]);
    expect(seen.proposals()).toHaveLength(50);
  });
});
