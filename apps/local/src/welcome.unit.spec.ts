import { describe, expect, it } from 'vitest';
import { demoTerritory } from './demo-territory.js';
import { planPorts } from './port-plan.js';
import { readyFile } from './ready-file.js';
import { welcome } from './welcome.js';

const finess = demoTerritory.senders[0]?.finess ?? '';
const senders = [{ name: 'his-1', finess, token: 'tok-4711', mllpPort: 31_000, cert: 'c', key: 'k' }];
const credentials = { senders, operators: [], readers: [], ca: 'ca' };
const ready = readyFile({
  ports: planPorts(31_000, {}),
  closed: false,
  senders,
  credentials: '/data/credentials.json',
  directory: '/data',
  processes: [],
});
const said = (quietFeed: boolean): string =>
  welcome(ready, credentials, demoTerritory, { seconds: '5.0', isDefault: false, quietFeed });

describe('what npm start says when it is ready', () => {
  it('is a first message to send, and why, where nothing is fed', () => {
    expect(said(true)).toMatch(/Nothing is fed \(--quiet-feed\): the commands below show nothing/);
    expect(said(true)).toContain(`'http://127.0.0.1:31004/establishments/${finess}/fhir/Patient/premier'`);
    expect(said(true)).toMatch(/curl -s -X PUT .*senders\[0\]\.token.*"resourceType":"Patient"/);
  });

  it('is nothing of that while the simulator publishes', () => {
    expect(said(false)).not.toMatch(/Nothing is fed|PUT/);
  });

  it('is never a token', () => {
    expect(said(true) + said(false)).not.toContain('tok-4711');
  });
});
