import { describe, expect, it } from 'vitest';
import { Finess } from '#domain';
import { demoTerritory } from './demo-territory.js';

const { establishments, senders, memberships, territory } = demoTerritory;

describe('the demo territory', () => {
  it('has FINESS numbers that pass the key check, each once, of no département', () => {
    const all = establishments.flatMap(({ finess, sites }) => [finess, ...sites]);
    expect(new Set(all).size).toBe(all.length);
    for (const finess of all) {
      expect(Finess.matches(finess) && Finess.keyHolds(finess), finess).toBe(true);
      expect(finess.startsWith('99')).toBe(true);
    }
  });

  it('has three establishments that say that they are fictitious, one overseas', () => {
    expect(establishments).toHaveLength(3);
    for (const { name } of establishments) expect(name).toMatch(/ \(démo\)$/);
    expect(establishments.map(({ timeZone }) => timeZone)).toContain('Indian/Reunion');
    for (const { timeZone } of establishments) expect(() => new Intl.DateTimeFormat('fr', { timeZone })).not.toThrow();
  });

  it('gives each establishment a sender and a place in the group', () => {
    for (const { finess } of establishments) {
      expect(senders.filter((sender) => sender.finess === finess)).toHaveLength(1);
      expect(
        memberships.filter((one) => one.establishment === finess && one.territory === territory.code),
      ).toHaveLength(1);
    }
    expect(memberships.filter(({ role }) => role === 'support')).toHaveLength(1);
  });

  it('takes identities of test and of production, both with a warning', () => {
    for (const sender of senders)
      expect(sender).toMatchObject({
        testIdentities: 'warn',
        productionIdentities: 'warn',
        acknowledgement: 'as-asked',
      });
  });
});
