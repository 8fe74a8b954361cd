import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalSystem } from './system/local-system.js';
import { appointment, identity, merge, movement, result } from './system/messages.js';
import { codeOf } from './system/mllp-connection.js';

interface Bundle {
  readonly total?: number;
  readonly entry?: readonly {
    readonly fullUrl?: string;
    readonly resource: Record<string, unknown> & { readonly id: string; readonly resourceType: string };
  }[];
}
interface Messages {
  readonly items: readonly {
    readonly messageId: string;
    readonly controlId: string;
    readonly state: string;
    readonly acknowledgement: string;
    readonly records: readonly string[];
  }[];
}

/** The line, end to end on real parts: what an integrator sends, what a clinician reads, what became of it. */
describe('the line', () => {
  let system: LocalSystem;
  let finess: string;
  beforeAll(async () => {
    system = await LocalSystem.start('--quiet-feed');
    finess = system.sender().finess;
  });
  afterAll(() => system?.stop());

  const search = async (replica: 'a' | 'b', path: string): Promise<Bundle> =>
    (await system.read(replica, finess, path)).json() as Promise<Bundle>;
  const position = async (): Promise<number> => {
    const answer = await system.publish('PUT', '/fhir/Basic/marker', {
      resourceType: 'Basic',
      id: 'marker',
      code: { text: String(Date.now()) },
    });
    expect(answer.status, await answer.text()).toBe(200);
    return Number(answer.headers.get('reprise-position'));
  };

  it('acknowledges HL7 v2 over MLLP and serves the records from both replicas', async () => {
    const mllp = await system.mllp();
    const said = { ipp: 'L-1', family: 'LIGNE' };
    expect(codeOf(await mllp.send(identity({ ...said, controlId: 'l1' })))).toBe('AA');
    expect(codeOf(await mllp.send(movement('A01', { ...said, controlId: 'l2', visit: 'VL1', movement: 'ML1' })))).toBe(
      'AA',
    );
    expect(codeOf(await mllp.send(result({ ...said, controlId: 'l3', order: 'OL1', value: '13.20' })))).toBe('AA');
    mllp.close();
    await system.applied(finess, await position());
    for (const replica of ['a', 'b'] as const) {
      const patients = await search(replica, 'Patient?identifier=L-1');
      expect(patients.entry?.length).toBe(1);
      const patient = patients.entry?.[0]?.resource;
      expect(patient).toMatchObject({ birthDate: '1980-03-24', gender: 'female', active: true });
      const of = (type: string): Promise<Bundle> => search(replica, `${type}?patient=${patient?.id}`);
      const encounters = (await of('Encounter')).entry ?? [];
      expect(encounters.map(({ resource }) => resource['status'])).toEqual(['in-progress', 'in-progress']);
      expect(encounters.filter(({ resource }) => resource['partOf'] !== undefined).length).toBe(1);
      expect((await of('DiagnosticReport')).entry?.length).toBe(1);
      const observation = (await of('Observation')).entry?.[0]?.resource;
      const raw = await (await system.read(replica, finess, `Observation/${observation?.id}`)).text();
      expect(raw).toContain('13.20');
    }
    const byName = await search('a', 'Patient?family=ligne&birthdate=1980-03-24&gender=female');
    expect(byName.entry?.length).toBe(1);
  });

  it('gives the same message the same acknowledgement and one effect', async () => {
    const mllp = await system.mllp();
    const message = identity({ controlId: 'twice', ipp: 'T-1', family: 'DEUXFOIS' });
    const first = await mllp.send(message);
    expect(await mllp.send(message)).toBe(first);
    mllp.close();
    await system.applied(finess, await position());
    const states = (await system.ask<Messages>('messages', '--id', 'twice')).items.map(({ state }) => state);
    expect(states.sort()).toEqual(['applied', 'duplicate']);
  });

  it('tells what became of every message: applied, unmapped, refused', async () => {
    const mllp = await system.mllp();
    expect(codeOf(await mllp.send(appointment({ controlId: 'rdv-1', ipp: 'L-1' })))).toBe('AA');
    const refused = await mllp.send(identity({ controlId: 'no-id', ipp: '' }));
    expect(codeOf(refused)).toBe('AE');
    expect(refused).toMatch(/\rERR\|/);
    mllp.close();
    await system.applied(finess, await position());
    const stateOf = async (id: string): Promise<string[]> =>
      (await system.ask<Messages>('messages', '--id', id)).items.map(({ state }) => state);
    expect(await stateOf('rdv-1')).toEqual(['unmapped']);
    expect(await stateOf('no-id')).toEqual(['refused']);
    const [applied] = (await system.ask<Messages>('messages', '--id', 'l2')).items;
    expect(applied?.records.some((record) => record.startsWith('Encounter/'))).toBe(true);
    const shown = await system.ask<{ raw: string; charset: string; acknowledgementRaw: string }>(
      'message',
      'show',
      applied?.messageId ?? '',
      '--show-phi',
    );
    expect(Buffer.from(shown.raw, 'base64').toString()).toContain('|l2|');
    expect(Buffer.from(shown.acknowledgementRaw, 'base64').toString()).toMatch(/MSA\|AA\|l2/);
  });

  it('merges by a link: both stay readable', async () => {
    const mllp = await system.mllp();
    await mllp.send(identity({ controlId: 'm1', ipp: 'DOUBLE', family: 'DOUBLE' }));
    expect(codeOf(await mllp.send(merge({ controlId: 'm2', ipp: 'L-1', family: 'LIGNE' }, 'DOUBLE')))).toBe('AA');
    mllp.close();
    await system.applied(finess, await position());
    const merged = (await search('b', 'Patient?identifier=DOUBLE')).entry?.[0]?.resource;
    expect(merged).toMatchObject({ active: false, link: [{ type: 'replaced-by' }] });
  });

  it('takes FHIR and gives it back to the letter, with versions, history, deletion and as-of', async () => {
    const body =
      '{ "resourceType":"Observation", "id":"to-the-letter", "status":"final", "code":{"text":"K+"},\n  "valueQuantity":{"value":1.30,"unit":"mmol/L"} }';
    const put = await system.publish('PUT', '/fhir/Observation/to-the-letter', body);
    expect(put.status).toBe(200);
    const at = Number(put.headers.get('reprise-position'));
    await system.applied(finess, at);
    const read = await system.read('a', finess, 'Observation/to-the-letter');
    expect(await read.text()).toContain('"valueQuantity":{"value":1.30,"unit":"mmol/L"} }');
    expect(read.headers.get('etag')).toBe(`W/"1-${at}"`);
    expect(
      (await system.read('a', finess, 'Observation/to-the-letter', { 'if-none-match': `W/"1-${at}"` })).status,
    ).toBe(304);
    const before = new Date().toISOString();
    const gone = await system.publish('DELETE', '/fhir/Observation/to-the-letter', undefined);
    expect([200, 204]).toContain(gone.status);
    await system.applied(finess, Number(gone.headers.get('reprise-position')));
    expect((await system.read('b', finess, 'Observation/to-the-letter')).status).toBe(410);
    expect((await system.read('b', finess, 'Observation/never')).status).toBe(404);
    expect((await system.read('b', finess, `Observation/to-the-letter/_history/1-${at}`)).status).toBe(200);
    expect((await search('b', 'Observation/to-the-letter/_history')).entry?.length).toBe(2);
    expect(
      (await system.read('b', finess, `Observation/to-the-letter?_asOf=${encodeURIComponent(before)}`)).status,
    ).toBe(200);
  });

  it('resolves urn:uuid references of a transaction, and makes one set of a Bundle sent twice', async () => {
    const [patient, encounter] = [
      'urn:uuid:6b9c7a52-3a0e-4f0c-9e0e-0d1f5a0c1a01',
      'urn:uuid:6b9c7a52-3a0e-4f0c-9e0e-0d1f5a0c1a02',
    ];
    const bundle = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        {
          fullUrl: patient,
          resource: { resourceType: 'Patient', name: [{ family: 'TRANSACTION' }] },
          request: { method: 'POST', url: 'Patient' },
        },
        {
          fullUrl: encounter,
          resource: {
            resourceType: 'Encounter',
            status: 'planned',
            class: { code: 'AMB' },
            subject: { reference: patient },
          },
          request: { method: 'POST', url: 'Encounter' },
        },
      ],
    };
    for (let i = 0; i < 2; i += 1) expect((await system.publish('POST', '/fhir', bundle)).status).toBe(200);
    await system.applied(finess, await position());
    const found = await search('a', 'Patient?family=transaction');
    expect(found.entry?.length).toBe(1);
    const id = found.entry?.[0]?.resource.id;
    expect((await search('a', `Encounter?patient=${id}`)).entry?.length).toBe(1);
  });

  it('takes CloudEvents in binary, structured and batch mode', async () => {
    const send = (contentType: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
      system.publish('POST', '/events', body, { headers: { 'content-type': contentType, ...headers } });
    const patient = (id: string): Record<string, unknown> => ({
      resourceType: 'Patient',
      id,
      name: [{ family: 'CLOUD' }],
    });
    const event = (id: string): Record<string, unknown> => ({
      specversion: '1.0',
      id,
      source: '/e2e',
      type: 'org.hl7.fhir.r4.put',
      subject: `Patient/${id}`,
      datacontenttype: 'application/fhir+json',
      data: patient(id),
    });
    const binary = {
      'ce-specversion': '1.0',
      'ce-id': 'ce1',
      'ce-source': '/e2e',
      'ce-type': 'org.hl7.fhir.r4.put',
      'ce-subject': 'Patient/ce1',
    };
    expect((await send('application/fhir+json', patient('ce1'), binary)).status).toBe(202);
    expect((await send('application/cloudevents+json', event('ce2'))).status).toBe(202);
    expect((await send('application/cloudevents-batch+json', [event('ce3'), event('ce4'), event('ce2')])).status).toBe(
      202,
    );
    await system.applied(finess, await position());
    const found = await search('b', 'Patient?family=cloud');
    expect(found.entry?.map(({ resource }) => resource.id).sort()).toEqual(['ce1', 'ce2', 'ce3', 'ce4']);
  });

  it('refuses an unknown caller everywhere, and another establishment', async () => {
    const { gateway, readers, control } = system.ready;
    const asked: (readonly [string, string])[] = [
      ['PUT', `${gateway}/establishments/${finess}/fhir/Patient/x`],
      ['POST', `${gateway}/establishments/${finess}/events`],
      ['GET', `${readers.a}/establishments/${finess}/fhir/Patient`],
      ['GET', `${readers.b}/replicas`],
      ['GET', `${control}/api/status`],
    ];
    for (const [method, url] of asked) expect((await fetch(url, { method })).status, url).toBe(401);
    const other = system.sender(1).finess;
    const { token } = system.sender(0);
    const answer = await fetch(`${gateway}/establishments/${other}/fhir/Patient/x`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      body: '{"resourceType":"Patient","id":"x"}',
    });
    expect(answer.status).toBe(403);
  });

  it('shows that both replicas hold the same', async () => {
    const { code, stderr } = await system.reprise('verify', 'replica');
    expect(code, stderr).toBe(0);
  });

  it('stops within ten seconds on Ctrl-C and leaves nothing running', async () => {
    const pids = system.ready.processes.map(({ pid }) => pid);
    const from = Date.now();
    expect(await system.stop()).toBe(0);
    expect(Date.now() - from).toBeLessThan(10_000);
    const alive = pids.filter((pid) => {
      try {
        process.kill(pid, 0);
        return true;
      } catch {
        return false;
      }
    });
    expect(alive).toEqual([]);
  });
});
