import { describe, expect, it } from 'vitest';
import { callersOf, makeCredentials, recordIdSecrets } from './credentials.js';
import { demoTerritory } from './demo-territory.js';

const paths = {
  authority: '/data/tls/ca.crt',
  certificateOf: (sender: string) => `/data/tls/${sender}.crt`,
  keyOf: (sender: string) => `/data/tls/${sender}.key`,
};
const make = (ports = [2575, 2576, 2577], former?: ReturnType<typeof makeCredentials>) =>
  makeCredentials(demoTerritory, ports, paths, former);

describe('credentials', () => {
  it('have the shape of the contract', () => {
    const { senders, operators, readers, ca } = make();
    expect(senders.map(({ finess, mllpPort }) => [finess, mllpPort])).toEqual([
      [demoTerritory.establishments[0]?.finess, 2575],
      [demoTerritory.establishments[1]?.finess, 2576],
      [demoTerritory.establishments[2]?.finess, 2577],
    ]);
    expect(senders[0]).toMatchObject({ cert: '/data/tls/his-alize.crt', key: '/data/tls/his-alize.key' });
    expect(ca).toBe('/data/tls/ca.crt');
    expect(operators).toHaveLength(2);
    expect(readers.map(({ establishments }) => establishments.length)).toEqual([3, 1]);
    const tokens = [...senders, ...operators, ...readers].map(({ token }) => token);
    expect(new Set(tokens).size).toBe(7);
    for (const token of tokens) expect(token).toMatch(/^[\w-]{43}$/);
  });

  it('keep their tokens over a restart on other ports', () => {
    const former = make();
    const later = make([31_000, 31_001, 31_002], former);
    expect(later.operators).toEqual(former.operators);
    expect(later.readers).toEqual(former.readers);
    expect(later.senders.map(({ token }) => token)).toEqual(former.senders.map(({ token }) => token));
    expect(later.senders[0]?.mllpPort).toBe(31_000);
  });

  it('reach the apps as hashes only', () => {
    const credentials = make();
    const callers = callersOf(credentials, { 'his-alize': 'ab'.repeat(32) });
    const text = JSON.stringify(callers);
    for (const { token } of [...credentials.senders, ...credentials.operators, ...credentials.readers])
      expect(text).not.toContain(token);
    expect(callers.senders[0]?.certificateSha256).toBe('ab'.repeat(32));
    expect(callers.readers[0]?.tokenSha256).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('the secrets of record ids', () => {
  it('are never made anew', () => {
    const [first] = demoTerritory.establishments;
    const former = recordIdSecrets(demoTerritory);
    expect(Object.keys(former)).toHaveLength(3);
    expect(former[first?.finess ?? '']).toMatch(/^[0-9a-f]{64}$/);
    expect(recordIdSecrets(demoTerritory, former)).toEqual(former);
  });
});
