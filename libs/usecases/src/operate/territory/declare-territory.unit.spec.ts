import { describe, expect, it } from 'vitest';
import { Instant, Position } from '#domain';
import { Directory } from '../../directory/directory.js';
import { declareTerritory, parseTerritory } from './declare-territory.js';
import { membersAt } from './members-at.js';

const finess = '990000010';
const file = {
  territory: { code: 'ght-demo', name: 'GHT (démo)' },
  establishments: [{ finess, name: 'CHU (démo)', sites: [], timeZone: 'Europe/Paris' }],
  memberships: [{ territory: 'ght-demo', establishment: finess, role: 'support', from: '2016-07-01T00:00:00+02:00' }],
};
const parsed = (over: object = {}) => parseTerritory(JSON.stringify({ ...file, ...over }));
const word = { by: 'control', at: Instant.of(0) };

describe('a declared territory', () => {
  it('is said once, and again only where it says something new', () => {
    const directory = new Directory();
    const declare = (over: object = {}): string[] => {
      const events = declareTerritory(directory, parsed(over), word);
      for (const event of events) directory.apply({ position: Position.of(0), appendedAt: Instant.of(0), event });
      return events.map(({ kind }) => kind);
    };
    expect(declare()).toEqual(['territory-declared', 'establishment-declared', 'membership-declared']);
    expect(declare()).toEqual([]);
    const ended = { ...file.memberships[0], to: '2026-01-01T00:00:00Z' };
    expect(declare({ memberships: [ended] })).toEqual(['membership-declared']);
    expect(membersAt(directory.memberships, 'ght-demo', Instant.parse('2020-01-01T00:00:00Z'))).toEqual([finess]);
    expect(membersAt(directory.memberships, 'ght-demo', Instant.parse('2026-01-01T00:00:00Z'))).toEqual([]);
  });

  it.each([
    ['nonsense', 'no JSON'],
    [JSON.stringify({ ...file, territory: {} }), 'code and name'],
    [JSON.stringify({ ...file, memberships: 'x' }), 'lists'],
    [JSON.stringify({ ...file, senders: [] }), 'files of their own'],
    [JSON.stringify({ ...file, establishments: [{ finess: '12' }] }), 'FINESS'],
    [JSON.stringify({ ...file, establishments: [{ finess, name: 'x', timeZone: 'Mars/Olympus' }] }), 'time zone'],
    [JSON.stringify({ ...file, memberships: [{ establishment: finess }] }), 'beginning'],
    [JSON.stringify({ ...file, memberships: [{ ...file.memberships[0], territory: 'ght-b' }] }), 'another territory'],
    [JSON.stringify({ ...file, memberships: [{ ...file.memberships[0], from: 'soon' }] }), 'can be read: from'],
    [JSON.stringify({ ...file, establishments: [{ ...file.establishments[0], sites: 'x' }] }), 'list of sites'],
  ])('is refused when it is wrong (%#)', (text, sentence) => {
    expect(() => parseTerritory(text)).toThrow(sentence);
  });
});
