import { readFileSync } from 'node:fs';
import { testKafka } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway, type TestSender } from '../../test/a-gateway.spec.js';

const patient = (id: string, over: object = {}): string =>
  JSON.stringify({ resourceType: 'Patient', id, name: [{ family: 'TESTINÉ' }], ...over });

interface Outcome {
  readonly resourceType: string;
  readonly issue: readonly { severity: string; code: string; diagnostics?: string; details?: { text: string } }[];
}

describe('the FHIR door', () => {
  let gateway: TestGateway;
  let first: TestSender;
  let second: TestSender;
  beforeAll(async () => {
    gateway = await startTestGateway(testKafka().brokers);
    [first, second] = gateway.senders;
  });
  afterAll(() => gateway.stop());

  const ask = (
    method: string,
    path: string,
    {
      body,
      headers = {},
      token = first.token,
      finess = first.finess as string,
    }: Partial<{
      body: string | Buffer;
      headers: Record<string, string>;
      token: string;
      finess: string;
    }> = {},
  ): Promise<Response> =>
    fetch(`${gateway.base}/establishments/${finess}/fhir${path}`, {
      method,
      headers: {
        ...(token !== '' && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/fhir+json' }),
        ...headers,
      },
      ...(body !== undefined && { body: new Uint8Array(Buffer.from(body)) }),
    });
  const eventAt = async (answer: Response) =>
    (await gateway.events(first.finess))[Number(answer.headers.get('reprise-position'))]?.event;

  it('answers 200 when the log has the record, to the letter, with its place and position', async () => {
    const body = patient('to-the-letter', {
      multipleBirthInteger: 2,
      extension: [{ url: 'urn:x', valueDecimal: 0 }],
    }).replace('"valueDecimal":0', '"valueDecimal": 1.30');
    const answer = await ask('PUT', '/Patient/to-the-letter', { body, headers: { 'x-request-id': 'put-1' } });
    expect([answer.status, answer.headers.get('location')]).toEqual([
      200,
      `/establishments/${first.finess}/fhir/Patient/to-the-letter`,
    ]);
    expect(((await answer.json()) as Outcome).issue[0]?.severity).toBe('information');
    const event = await eventAt(answer);
    expect(event).toMatchObject({ format: 'fhir', label: 'PUT Patient', messageId: 'put-1', acknowledgement: '200' });
    expect(Buffer.from(event?.received ?? []).toString()).toBe(body);
    const [change] = event?.changes ?? [];
    expect(change?.kind === 'put' && Buffer.from(change.content).toString()).toBe(body);
  });

  it('assigns an id on POST, the same again for the same key, another without', async () => {
    const body = patient('ignored');
    const post = (headers = {}) => ask('POST', '/Patient', { body, headers });
    const [one, again, other, none, noneAgain] = [
      await post({ 'idempotency-key': 'k1' }),
      await post({ 'idempotency-key': 'k1' }),
      await post({ 'idempotency-key': 'k2' }),
      await post(),
      await post(),
    ];
    expect(one.status).toBe(201);
    const locations = [one, again, other, none, noneAgain].map(({ headers }) => headers.get('location'));
    expect(locations[0]).toBe(locations[1]);
    expect(new Set(locations).size).toBe(4);
    const otherBody = await ask('POST', '/Patient', { body: patient('else'), headers: { 'idempotency-key': 'k1' } });
    expect(locations).not.toContain(otherBody.headers.get('location'));
    expect((await eventAt(none))?.messageId).toBe('');
    expect((await eventAt(one))?.acknowledgement).toBe('201');
  });

  it('tells one key used for two records apart, where the body does not', async () => {
    const headers = { 'idempotency-key': 'reused' };
    const answers = [
      await ask('DELETE', '/Patient/a', { headers }),
      await ask('DELETE', '/Patient/b', { headers }),
      await ask('DELETE', '/Patient/a', { headers }),
    ];
    const ids = await Promise.all(answers.map(async (answer) => (await eventAt(answer))?.messageId));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect([new Set(ids).size, ids[0] === ids[2]]).toEqual([2, true]);
  });

  it('takes a transaction as one event, its urn:uuid references resolved the same each time', async () => {
    const uuid = '4f1b6f3e-5ac7-4e0b-9f3e-0a4f1f3c2b11';
    const body = JSON.stringify({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        {
          fullUrl: `urn:uuid:${uuid}`,
          resource: { resourceType: 'Patient' },
          request: { method: 'POST', url: 'Patient' },
        },
        {
          resource: {
            resourceType: 'Observation',
            id: 'o1',
            status: 'final',
            code: { text: 'x' },
            subject: { reference: `urn:uuid:${uuid}` },
          },
          request: { method: 'PUT', url: 'Observation/o1' },
        },
        { request: { method: 'DELETE', url: 'Observation/o2' } },
      ],
    });
    const [one, again] = [await ask('POST', '', { body }), await ask('POST', '/', { body })];
    expect([one.status, again.status]).toEqual([200, 200]);
    const [response, responseAgain] = [await one.json(), await again.json()] as { type: string; entry: unknown[] }[];
    expect(response).toEqual(responseAgain);
    expect([response?.type, response?.entry.length]).toEqual(['transaction-response', 3]);
    const changes = (await eventAt(one))?.changes ?? [];
    expect(changes.map(({ kind }) => kind)).toEqual(['put', 'put', 'remove']);
    const [created, observation] = changes;
    expect(created?.kind === 'put' && observation?.kind === 'put' && observation.patient).toBe(
      created?.kind === 'put' && created.record,
    );
  });

  it('takes of a batch what is good, and answers and keeps in the journal what is not', async () => {
    const entry = [
      { resource: { resourceType: 'Patient', id: 'b1' }, request: { method: 'PUT', url: 'Patient/b1' } },
      { resource: { resourceType: 'Patient', id: 'b2', nom: 1 }, request: { method: 'PUT', url: 'Patient/b2' } },
      { request: { method: 'GET', url: 'Patient/b1' } },
    ];
    const body = JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry });
    const answer = await ask('POST', '', { body, headers: { 'x-request-id': 'batch-1' } });
    expect(answer.status).toBe(200);
    const told = (await answer.json()) as {
      type: string;
      entry: { response: { status: string; outcome?: Outcome } }[];
    };
    expect(told.type).toBe('batch-response');
    expect(told.entry.map(({ response }) => [response.status, response.outcome?.resourceType])).toEqual([
      ['200', undefined],
      ['422', 'OperationOutcome'],
      ['501', 'OperationOutcome'],
    ]);
    expect(told.entry[1]?.response.outcome?.issue[0]?.diagnostics).toMatch(/^Bundle\.entry\[1\].* : cet élément/);
    const event = await eventAt(answer);
    expect([event?.messageId, event?.label, event?.changes.length]).toEqual(['batch-1', 'Bundle batch', 1]);
    const refusals = (await gateway.refusals(first.finess)).slice(0, 2).map(({ refusal }) => refusal);
    expect(refusals.map(({ controlId, received }) => [controlId, Buffer.from(received).toString()])).toEqual([
      ['batch-1', JSON.stringify(entry[2])],
      ['batch-1', JSON.stringify(entry[1])],
    ]);
  });

  it('takes a merge patch', async () => {
    const headers = { 'content-type': 'application/merge-patch+json' };
    const answer = await ask('PATCH', '/Patient/p', { body: '{"active":false}', headers });
    expect(answer.status).toBe(200);
    expect((await eventAt(answer))?.changes[0]?.kind).toBe('merge-patch');
  });

  it.each([
    ['no JSON', 'PUT', '/Patient/x', '{', {}, 422],
    ['an element that FHIR does not know', 'PUT', '/Patient/x', patient('x', { nom: 'y' }), {}, 422],
    ['another id than the URL’s', 'PUT', '/Patient/x', patient('y'), {}, 422],
    ['a name twice', 'PUT', '/Patient/x', '{"resourceType":"Patient","id":"x","id":"x"}', {}, 422],
    ['a NUL', 'PUT', '/Patient/x', patient('x', { language: '\u0000' }), {}, 422],
    ['If-Match', 'PUT', '/Patient/x', patient('x'), { 'if-match': 'W/"1"' }, 501],
    ['a conditional update', 'PUT', '/Patient?identifier=x', patient('x'), {}, 501],
    ['JSON Patch', 'PATCH', '/Patient/x', '[]', { 'content-type': 'application/json-patch+json' }, 415],
    ['XML', 'PUT', '/Patient/x', '<Patient/>', { 'content-type': 'application/fhir+xml' }, 415],
    ['a key that cannot be kept', 'PUT', '/Patient/x', patient('x'), { 'idempotency-key': 'x'.repeat(201) }, 422],
  ])('refuses %s into the journal, in the sender’s language', async (_what, method, path, body, headers, status) => {
    const before = (await gateway.refusals(first.finess)).length;
    const events = (await gateway.events(first.finess)).length;
    const answer = await ask(method, path, { body, headers });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      status,
      'application/fhir+json; charset=utf-8',
    ]);
    const outcome = (await answer.json()) as Outcome;
    expect(outcome.resourceType).toBe('OperationOutcome');
    expect(outcome.issue[0]?.details?.text).toMatch(/jamais accepté|non prise en charge/);
    const refusals = await gateway.refusals(first.finess);
    expect(refusals.length).toBe(before + 1);
    expect(refusals[0]?.refusal.acknowledgement).toBe(String(status));
    expect(Buffer.from(refusals[0]?.refusal.received ?? []).toString()).toBe(body);
    expect((await gateway.events(first.finess)).length).toBe(events);
  });

  it('refuses 21 MB with 413', async () => {
    const body = patient('large', { text: { status: 'generated', div: 'x'.repeat(21 * 1024 * 1024) } });
    const answer = await ask('PUT', '/Patient/large', { body }).catch(() => undefined);
    // A server that stops reading may be gone before the client has read its answer.
    if (answer) expect(answer.status).toBe(413);
    expect((await ask('PUT', '/Patient/after', { body: patient('after') })).status).toBe(200);
  });

  it('knows who speaks: 401 for nobody, 403 for another establishment and for a reader', async () => {
    const body = patient('x');
    expect((await ask('PUT', '/Patient/x', { body, token: '' })).status).toBe(401);
    expect((await ask('PUT', '/Patient/x', { body, token: 'unknown' })).status).toBe(401);
    const other = await ask('PUT', '/Patient/x', { body, finess: second.finess });
    expect([other.status, ((await other.json()) as Outcome).resourceType]).toEqual([403, 'OperationOutcome']);
    expect((await ask('PUT', '/Patient/x', { body, token: 'a-reader' })).status).toBe(403);
    expect(await gateway.events(second.finess)).toEqual([]);
  });

  it('says what it can do, at the service to everyone', async () => {
    for (const url of ['/fhir/metadata', `/establishments/${first.finess}/fhir/metadata`]) {
      const answer = await fetch(gateway.base + url, { headers: { authorization: `Bearer ${first.token}` } });
      const { resourceType, rest } = (await answer.json()) as { resourceType: string; rest: { mode: string }[] };
      expect([answer.status, resourceType, rest[0]?.mode]).toEqual([200, 'CapabilityStatement', 'server']);
    }
    const open = await Promise.all(
      ['/livez', '/readyz', '/metrics', '/fhir/metadata'].map(async (url) => (await fetch(gateway.base + url)).status),
    );
    expect(open).toEqual([200, 200, 200, 200]);
  });

  it('says of a read that it takes writes only', async () => {
    for (const path of ['', '/', '/Patient', '/Patient/x', '/Patient/x/_history']) {
      const answer = await ask('GET', path);
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST, PUT, PATCH, DELETE']);
      expect(((await answer.json()) as Outcome).resourceType).toBe('OperationOutcome');
    }
    const headers = { authorization: `Bearer ${first.token}` };
    const events = await fetch(`${gateway.base}/establishments/${first.finess}/events`, { headers });
    expect([events.status, events.headers.get('allow')]).toEqual([405, 'POST']);
  });

  describe('CloudEvents', () => {
    const publish = (body: string | Buffer, headers: Record<string, string>, token = first.token): Promise<Response> =>
      fetch(`${gateway.base}/establishments/${first.finess}/events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, ...headers },
        body: new Uint8Array(Buffer.from(body)),
      });
    const binary = (over: Record<string, string> = {}): Record<string, string> => ({
      'content-type': 'application/fhir+json',
      'ce-specversion': '1.0',
      'ce-id': '1',
      'ce-source': 'urn:his',
      'ce-type': 'org.hl7.fhir.r4.put',
      'ce-subject': 'Patient/ce',
      'ce-time': '2026-11-20T14:30:00+01:00',
      ...over,
    });
    const structured = (over: object = {}): object => ({
      specversion: '1.0',
      id: '1',
      source: 'urn:his',
      type: 'org.hl7.fhir.r4.put',
      subject: 'Patient/ce',
      time: '2026-11-20T14:30:00+01:00',
      data: { resourceType: 'Patient', id: 'ce' },
      ...over,
    });
    const inStructured = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
    const inBatch = { 'content-type': 'application/cloudevents-batch+json' };

    it('takes an event in binary, structured and batch mode as the same', async () => {
      const answers = [
        await publish('{"resourceType":"Patient","id":"ce"}', binary()),
        await publish(JSON.stringify(structured()), inStructured),
        await publish(JSON.stringify([structured()]), inBatch),
      ];
      expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
      const events = await Promise.all(answers.map(eventAt));
      for (const event of events) {
        expect(event).toMatchObject({ messageId: 'urn:his 1', label: 'PUT Patient', acknowledgement: '202' });
        expect(event?.sentAt).toBe(Date.parse('2026-11-20T14:30:00+01:00'));
        expect(Buffer.from(event?.received ?? []).toString()).toBe('{"resourceType":"Patient","id":"ce"}');
      }
    });

    it('keeps numbers as they were written', async () => {
      const body = JSON.stringify(
        structured({ id: 'n', data: { resourceType: 'Basic', id: 'ce', code: { text: 'x' } } }),
      )
        .replace('"Patient/ce"', '"Basic/ce"')
        .replace('"code"', '"extension":[{"url":"urn:x","valueDecimal":1.30}],"code"');
      const event = await eventAt(await publish(body, inStructured));
      expect(Buffer.from(event?.received ?? []).toString()).toContain('1.30');
    });

    it('takes patches, removals and HL7 v2, as text and as base64', async () => {
      const er7 = 'MSH|^~\\&|A|B|C|D|20261120||SIU^S12|ce-v2|P|2.5\r';
      const v2 = { type: 'org.hl7.v2.message', subject: undefined };
      const events = [
        structured({ id: 'p', type: 'org.hl7.fhir.r4.patch', data: { active: true } }),
        structured({ id: 'r', type: 'org.hl7.fhir.r4.remove', data: undefined }),
        structured({ id: 'v', ...v2, data: er7 }),
        structured({ id: 'b', ...v2, data: undefined, data_base64: Buffer.from(er7).toString('base64') }),
      ];
      const answer = await publish(JSON.stringify(events), inBatch);
      const told = (await answer.json()) as { events: { position: string }[] };
      expect(answer.status).toBe(202);
      const log = await gateway.events(first.finess);
      const taken = told.events.map(({ position }) => log[Number(position)]?.event);
      expect(taken.map((event) => event?.label)).toEqual(['PATCH Patient', 'DELETE Patient', 'SIU^S12', 'SIU^S12']);
      expect(taken.map((event) => event?.messageId)).toEqual(['urn:his p', 'urn:his r', 'urn:his v', 'urn:his b']);
      expect(Buffer.from(taken[2]?.received ?? []).toString()).toBe(er7);
    });

    it('takes a patch whatever JSON it is called, and no FHIRPath Patch', async () => {
      const patch = { type: 'org.hl7.fhir.r4.patch', data: { active: true } };
      const types = [
        undefined,
        'application/json',
        'application/fhir+json; charset=utf-8',
        'application/merge-patch+json',
      ];
      const merged = types.map((datacontenttype, n) => structured({ ...patch, id: `patch-${n}`, datacontenttype }));
      expect((await publish(JSON.stringify(merged), inBatch)).status).toBe(202);
      const parameters = { resourceType: 'Parameters', parameter: [{ name: 'operation' }] };
      for (const datacontenttype of types) {
        const event = structured({ ...patch, id: 'fhirpath', datacontenttype, data: parameters });
        expect((await publish(JSON.stringify(event), inStructured)).status).toBe(422);
      }
    });

    it('tells of every event of a batch what became of it', async () => {
      const events = [
        structured({ id: 'ok-1' }),
        structured({ id: 'bad', data: { resourceType: 'Patient', id: 'ce', nom: 1 } }),
        structured({ id: 'odd', type: 'com.example.other' }),
        structured({ id: 'none', specversion: '0.3' }),
        structured({ id: 'ok-2' }),
      ];
      const answer = await publish(JSON.stringify(events), inBatch);
      const told = (await answer.json()) as { events: { id: string; outcome: string; reasons?: unknown[] }[] };
      expect(answer.status).toBe(422);
      expect(told.events.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
        'ok-1 durable',
        'bad refused',
        'odd refused',
        'none refused',
        'ok-2 durable',
      ]);
      expect((await gateway.refusals(first.finess)).slice(0, 3).map(({ refusal }) => refusal.controlId)).toEqual([
        'urn:his none',
        'urn:his odd',
        'urn:his bad',
      ]);
    });

    it.each([
      ['no JSON', '{', inStructured],
      ['an empty batch', '[]', inBatch],
      ['a batch that is none', '{}', inBatch],
      ['no id', '{"resourceType":"Patient"}', binary({ 'ce-id': '' })],
      ['no subject', '{"resourceType":"Patient"}', binary({ 'ce-subject': '' })],
      ['a time without a zone', '{"resourceType":"Patient"}', binary({ 'ce-time': '2026-11-20T14:30:00' })],
    ])('refuses %s', async (_what, body, headers) => {
      expect((await publish(body, headers)).status).toBe(422);
    });

    it('knows who speaks', async () => {
      expect((await publish('{}', binary(), 'unknown')).status).toBe(401);
      expect((await publish('{}', binary(), second.token)).status).toBe(403);
    });
  });

  it('has no patient in its log and its metrics', async () => {
    const metrics = await (await fetch(`${gateway.base}/metrics`)).text();
    expect(metrics).toContain('reprise_captured_messages_total{door="fhir",outcome="durable"}');
    expect(readFileSync(import.meta.filename, 'utf8')).toContain('TESTINÉ');
    expect(gateway.logged.join('') + metrics).not.toContain('TESTIN');
    // The line of an access names the record, and nothing else does.
    const others = gateway.logged.filter((line) => !line.includes('"name":"access"'));
    expect(others.join('') + metrics).not.toContain('to-the-letter');
  });
});
