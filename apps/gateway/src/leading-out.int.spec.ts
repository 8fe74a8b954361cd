import { testKafka } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway, type TestSender } from '../test/a-gateway.spec.js';

interface Issue {
  readonly severity: string;
  readonly code: string;
  readonly diagnostics?: string;
  readonly details?: { readonly coding?: readonly { readonly code: string }[] };
  readonly expression?: readonly string[];
}
interface Told {
  readonly title: string;
  readonly hint: string;
  readonly events: readonly { readonly hint?: string; readonly reasons?: readonly { readonly text: string }[] }[];
}

const patient = { resourceType: 'Patient', id: 'p' };
const event = (over: object = {}): object => ({
  specversion: '1.0',
  id: '1',
  source: 'urn:his',
  type: 'org.hl7.fhir.r4.put',
  subject: 'Patient/p',
  data: patient,
  ...over,
});
const structured = 'application/cloudevents+json';
const batch = 'application/cloudevents-batch+json';
const inHeaders = (over: Record<string, string> = {}): Record<string, string> => ({
  'ce-specversion': '1.0',
  'ce-id': '1',
  'ce-source': 'urn:his',
  'ce-type': 'org.hl7.fhir.r4.put',
  'ce-subject': 'Patient/p',
  ...over,
});

/** Who is refused is told what helps, and it does. */
describe('a refusal at the HTTP doors', () => {
  let gateway: TestGateway;
  let sender: TestSender;
  beforeAll(async () => {
    gateway = await startTestGateway(testKafka().brokers);
    [sender] = gateway.senders;
  });
  afterAll(() => gateway.stop());

  const send = (
    method: string,
    path: string,
    body: object | string,
    headers: Record<string, string> = {},
  ): Promise<Response> =>
    fetch(`${gateway.base}/establishments/${sender.finess}${path}`, {
      method,
      headers: { authorization: `Bearer ${sender.token}`, ...headers },
      // As bytes, so that no type is made up.
      body: new Uint8Array(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))),
    });
  const publish = (body: object | string, headers: Record<string, string>): Promise<Response> =>
    send('POST', '/events', body, headers);
  const newest = async (): Promise<{ acknowledgement: string; controlId: string } | undefined> =>
    (await gateway.refusals(sender.finess))[0]?.refusal;
  const issuesOf = async (answer: Response): Promise<readonly Issue[]> =>
    ((await answer.json()) as { issue: readonly Issue[] }).issue;

  describe('over FHIR', () => {
    const bundle = {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [{ resource: patient, request: { method: 'PUT', url: 'Patient/p' } }],
    };
    it.each([
      'text/plain',
      'text/plain; charset=utf-8',
      'text/html',
      'text/xml',
      'application/xml',
      'application/fhir+xml',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/octet-stream',
      'application/fhir+json; charset=iso-8859-1',
      'application/fhir+json; fhirVersion=3.0',
      'application/fhir+ndjson',
      'nonsense',
    ])('of a body called %s is 415, and names a type with which it is taken', async (type) => {
      for (const [method, path, body] of [
        ['PUT', '/fhir/Patient/p', patient],
        ['POST', '/fhir/Patient', patient],
        ['POST', '/fhir', bundle],
        ['PATCH', '/fhir/Patient/p', { active: true }],
      ] as const) {
        const answer = await send(method, path, body, { 'content-type': type });
        expect([method, answer.status]).toEqual([method, 415]);
        const [issue] = await issuesOf(answer);
        expect([issue?.severity, issue?.code]).toEqual(['error', 'not-supported']);
        expect((await newest())?.acknowledgement).toBe('415');
        const wanted = /envoyer (application\/[\w+.-]+)/.exec(issue?.diagnostics ?? '')?.[1] ?? '';
        expect(answer.headers.get('accept-patch') ?? wanted).toBe(wanted);
        expect((await send(method, path, body, { 'content-type': wanted })).ok).toBe(true);
      }
    });

    it.each([{}, { 'content-type': '' }, { 'content-type': '  ' }])(
      'is none where no type is named: %j',
      async (headers: Record<string, string>) => {
        expect((await send('PUT', '/fhir/Patient/p', patient, headers)).status).toBe(200);
        expect((await send('POST', '/fhir', bundle, headers)).status).toBe(200);
        const patch = await send('PATCH', '/fhir/Patient/p', { active: true }, headers);
        expect([patch.status, patch.headers.get('accept-patch')]).toEqual([415, 'application/merge-patch+json']);
      },
    );

    it('is none for a slash at the end, nor for a ? without a query', async () => {
      for (const [method, path, body, status] of [
        ['PUT', '/fhir/Patient/p/', patient, 200],
        ['PUT', '/fhir/Patient/p?', patient, 200],
        ['PUT', '/fhir/Patient/p/?', patient, 200],
        ['POST', '/fhir/Patient/', patient, 201],
        ['POST', '/fhir/', bundle, 200],
        ['POST', '/fhir/?', bundle, 200],
        ['DELETE', '/fhir/Patient/p/', '', 200],
        ['PUT', '/fhir/Patient/?identifier=x', patient, 501],
        ['POST', '/events/', event(), 202],
      ] as const) {
        const type = path === '/events/' ? structured : 'application/fhir+json';
        const answer = await send(method, path, body, { 'content-type': type });
        expect([path, answer.status]).toEqual([path, status]);
      }
      const put = await send('PUT', '/fhir/Patient/p/', patient);
      expect(put.headers.get('location')).toBe(`/establishments/${sender.finess}/fhir/Patient/p`);
    });

    it.each(['%', '%f', '%ff', '%c3%28', '%zz', '%e9'])(
      'of an address that cannot be read (%s) is 400 in the sender’s language',
      async (broken) => {
        const answer = await send('PUT', `/fhir/Patient/${broken}`, patient);
        expect([answer.status, answer.headers.get('content-type')]).toEqual([
          400,
          'application/fhir+json; charset=utf-8',
        ]);
        expect((await issuesOf(answer))[0]?.diagnostics).toMatch(/ne peut être lue: vérifier que dans l'adresse/);
        const events = await send('POST', `/events/${broken}`, event());
        const { hint } = (await events.json()) as Told;
        expect([events.status, hint]).toEqual([400, expect.stringMatching(/^vérifier que dans l'adresse/)]);
      },
    );

    it('says in the answer to a Bundle, entry by entry, what the gateway cannot follow', async () => {
      const entry = [
        { resource: { ...patient, id: '0' }, request: { method: 'POST', url: 'Patient' } },
        {
          resource: {
            resourceType: 'Observation',
            status: 'final',
            code: { text: 'x' },
            subject: { reference: 'Patient/0' },
            performer: [{ reference: 'Practitioner?identifier=urn:rpps|1' }],
          },
          request: { method: 'POST', url: 'Observation' },
        },
      ];
      for (const type of ['transaction', 'batch']) {
        const answer = await send('POST', '/fhir', { resourceType: 'Bundle', type, entry });
        const { entry: told } = (await answer.json()) as {
          entry: readonly { response: { status: string; location: string; outcome?: { issue: readonly Issue[] } } }[];
        };
        expect(told.map(({ response }) => [response.status, response.location.includes('/fhir/')])).toEqual([
          ['201', true],
          ['201', true],
        ]);
        expect(told[0]?.response.outcome).toBeUndefined();
        const issues = told[1]?.response.outcome?.issue ?? [];
        const inAnswer = issues.map((one) => [one.severity, one.details?.coding?.[0]?.code, one.expression?.[0]]);
        expect(inAnswer).toEqual([
          ['warning', 'reference-replaced', 'Bundle.entry[1].resource.subject.reference'],
          ['warning', 'reference-conditional', 'Bundle.entry[1].resource.performer[0].reference'],
        ]);
        expect(issues.map(({ diagnostics }) => diagnostics)).toEqual([
          expect.stringMatching(/^référence une entrée de ce Bundle par l'id de son corps/),
          expect.stringMatching(/^une référence conditionnelle est conservée telle qu'envoyée/),
        ]);
        const position = Number(answer.headers.get('reprise-position'));
        const logged = (await gateway.events(sender.finess))[position]?.event.warnings ?? [];
        expect(logged.map(({ code, location, text }) => [code, location, text])).toEqual(
          issues.map((one) => [one.details?.coding?.[0]?.code, one.expression?.[0], one.diagnostics]),
        );
      }
    });

    it('says it of a single resource in its OperationOutcome', async () => {
      const observation = {
        resourceType: 'Observation',
        id: 'o',
        status: 'final',
        code: { text: 'x' },
        performer: [{ reference: 'Practitioner?identifier=urn:rpps|1' }],
      };
      for (const [method, path] of [
        ['PUT', '/fhir/Observation/o'],
        ['POST', '/fhir/Observation'],
      ] as const) {
        const issues = await issuesOf(await send(method, path, observation));
        expect(issues.map(({ severity, expression }) => [severity, expression?.[0]])).toEqual([
          ['information', undefined],
          ['warning', 'Observation.performer[0].reference'],
        ]);
      }
    });
  });

  describe('of a CloudEvent', () => {
    const fhirType = { 'content-type': 'application/fhir+json' };

    /** Sent; the status; what the hint names; what its reader does; which then is taken. */
    const refusals: readonly (readonly [
      what: string,
      sent: readonly [object | string, Record<string, string>],
      status: number,
      hint: RegExp,
      mended: readonly [object | string, Record<string, string>],
    ])[] = [
      ...['', ' ', undefined, 'application/json', 'application/fhir+json', 'text/plain', 'application/xml'].map(
        (type) =>
          [
            `without attributes, called ${type}`,
            [event(), type === undefined ? {} : { 'content-type': type }],
            415,
            /application\/cloudevents\+json \(un événement\)/,
            [event(), { 'content-type': structured }],
          ] as const,
      ),
      [
        'a list without a type',
        [[event()], {}],
        415,
        /cloudevents-batch\+json \(une liste\)/,
        [[event()], { 'content-type': batch }],
      ],
      [
        'data alone without a type',
        [patient, {}],
        415,
        /en-têtes ce-specversion, ce-id, ce-source et ce-type/,
        [patient, inHeaders()],
      ],
      [
        'another event format',
        [event(), { 'content-type': 'application/cloudevents+avro' }],
        415,
        /application\/cloudevents\+json/,
        [event(), { 'content-type': structured }],
      ],
      [
        'a type that is none',
        [event(), { 'content-type': 'nonsense' }],
        415,
        /application\/cloudevents\+json/,
        [event(), { 'content-type': structured }],
      ],
      [
        'a type that is none beside attributes',
        [patient, { ...inHeaders(), 'content-type': 'nonsense' }],
        415,
        /ou le type des données à côté/,
        [patient, { ...inHeaders(), ...fhirType }],
      ],
      ...['text/plain', 'application/fhir+xml', 'application/x-www-form-urlencoded'].map(
        (type) =>
          [
            `data called ${type}`,
            [patient, { ...inHeaders(), 'content-type': type }],
            415,
            /application\/fhir\+json/,
            [patient, { ...inHeaders(), ...fhirType }],
          ] as const,
      ),
      [
        'data called XML within an event',
        [event({ datacontenttype: 'application/xml' }), { 'content-type': structured }],
        422,
        /application\/fhir\+json/,
        [event({ datacontenttype: 'application/fhir+json' }), { 'content-type': structured }],
      ],
      [
        'a list called one event',
        [[event()], { 'content-type': structured }],
        422,
        /cloudevents-batch\+json/,
        [[event()], { 'content-type': batch }],
      ],
      [
        'one event called a list',
        [event(), { 'content-type': batch }],
        422,
        /\[événement, …\]/,
        [[event()], { 'content-type': batch }],
      ],
      ['an empty list', [[], { 'content-type': batch }], 422, /au moins/, [[event()], { 'content-type': batch }]],
      [
        'another specversion',
        [patient, inHeaders({ 'ce-specversion': '0.3' })],
        422,
        /specversion "1\.0"/,
        [patient, inHeaders()],
      ],
      ['no id', [patient, inHeaders({ 'ce-id': '' })], 422, /envoyer id : 1 à 1024/, [patient, inHeaders()]],
      [
        'a source with a blank',
        [event({ source: 'urn: his' }), { 'content-type': structured }],
        422,
        /urn:his/,
        [event(), { 'content-type': structured }],
      ],
      [
        'a time without a zone',
        [patient, inHeaders({ 'ce-time': '2026-11-20T14:30:00' })],
        422,
        /2026-11-20T14:30:00\+01:00/,
        [patient, inHeaders({ 'ce-time': '2026-11-20T14:30:00+01:00' })],
      ],
      ...[undefined, 'Patient', 'Patient?identifier=x', 'Patient/p/_history/1'].map(
        (subject) =>
          [
            `subject ${subject}`,
            [event({ subject }), { 'content-type': structured }],
            422,
            /subject = Type\/id/,
            [event(), { 'content-type': structured }],
          ] as const,
      ),
      [
        'another type of event',
        [event({ type: 'com.example' }), { 'content-type': structured }],
        422,
        /org\.hl7\.fhir\.r4\.put/,
        [event(), { 'content-type': structured }],
      ],
      [
        'two kinds of data',
        [event({ data_base64: 'e30=' }), { 'content-type': structured }],
        422,
        /l'un des deux/,
        [event(), { 'content-type': structured }],
      ],
    ];

    it.each(refusals)('%s leads out', async (_what, sent, status, wanted, mended) => {
      const answer = await publish(...sent);
      const told = (await answer.json()) as Told;
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        status,
        'application/problem+json; charset=utf-8',
      ]);
      expect(told.hint).toMatch(wanted);
      expect(JSON.stringify(told)).not.toMatch(/sans risque/);
      expect((await publish(...mended)).status).toBe(202);
    });

    it('with an empty Content-Type beside its attributes is none', async () => {
      for (const headers of [{ 'content-type': '' }, { 'content-type': '\t ' }, {}])
        expect((await publish(patient, { ...inHeaders(), ...headers })).status).toBe(202);
    });

    it('stands in the journal under the id that the accepted event has', async () => {
      const v2 = { type: 'org.hl7.v2.message', subject: undefined };
      const cases: readonly (readonly [string, () => Promise<Response>])[] = [
        ['in headers', () => publish({ ...patient, nom: 1 }, inHeaders())],
        ['structured', () => publish(event({ data: { ...patient, nom: 1 } }), { 'content-type': structured })],
        ['in a batch', () => publish([event({ data: { ...patient, nom: 1 } })], { 'content-type': batch })],
        ['not read', () => publish(event({ specversion: '0.3' }), { 'content-type': structured })],
        ['not read, in headers', () => publish(patient, inHeaders({ 'ce-time': 'x' }))],
        ['its time is none', () => publish([event({ time: 'x' })], { 'content-type': batch })],
        ['no subject', () => publish(event({ subject: 'x' }), { 'content-type': structured })],
        ['an unknown type', () => publish(event({ type: 'x' }), { 'content-type': structured })],
        ['HL7 v2 that is none', () => publish(event({ ...v2, data: 'PID|1\r' }), { 'content-type': structured })],
        ['a media type that is none', () => publish(patient, { ...inHeaders(), 'content-type': 'x' })],
        ['a packing that is none', () => publish(patient, { ...inHeaders(), 'content-encoding': 'zip' })],
      ];
      for (const [what, sent] of cases) {
        const before = (await gateway.refusals(sender.finess)).length;
        const { status } = await sent();
        expect([what, status === 422 || status === 415]).toEqual([what, true]);
        expect([what, (await gateway.refusals(sender.finess)).length]).toEqual([what, before + 1]);
        expect([what, (await newest())?.controlId]).toEqual([what, 'urn:his 1']);
      }
      expect((await publish(event(), { 'content-type': structured })).status).toBe(202);
      expect((await gateway.events(sender.finess)).at(-1)?.event.messageId).toBe('urn:his 1');
    });

    it('that is taken says in its answer what the log was warned of, a thousand times at most', async () => {
      const about = { resourceType: 'Observation', status: 'final', code: { text: 'x' } };
      const data = { ...about, performer: [{ reference: 'Practitioner?identifier=urn:rpps|1' }] };
      const events = Array.from({ length: 1_001 }, (_, n) =>
        event({ id: `w${n}`, subject: `Observation/w${n}`, data }),
      );
      const answer = await publish(events, { 'content-type': batch });
      const told = (await answer.json()) as {
        events: readonly { warnings?: readonly { code: string; location: string }[]; moreWarnings?: number }[];
      };
      expect(answer.status).toBe(202);
      expect(told.events[0]?.warnings).toMatchObject([
        { code: 'reference-conditional', location: 'Observation.performer[0].reference' },
      ]);
      expect(told.events.map(({ warnings = [] }) => warnings.length).filter((count) => count === 1)).toHaveLength(
        1_000,
      );
      expect(told.events[1_000]).toMatchObject({ warnings: [], moreWarnings: 1 });
    });

    it('beside others says of each what helps, and that what is durable need not be sent again', async () => {
      const events = [event(), event({ id: '2', type: 'x' }), event({ id: '3', subject: 'x' })];
      const answer = await publish(events, { 'content-type': batch });
      const told = (await answer.json()) as Told;
      expect(answer.status).toBe(422);
      expect(told.hint).toMatch(/^corriger ce qui est refusé/);
      expect(told.events.map(({ hint }) => hint)).toEqual([
        undefined,
        expect.stringMatching(/org\.hl7\.fhir/),
        expect.stringMatching(/Type\/id/),
      ]);
    });
  });
});
