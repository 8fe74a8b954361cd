import { createSecretKey } from 'node:crypto';
import { decodeEvent, Failure, Finess, Instant, Position, type Sender } from '#domain';
import { readBatch } from '#hl7v2';
import { describe, expect, it } from 'vitest';
import type { EstablishmentLog, EventAttributes } from '../ports/establishment-log.js';
import type { Refusal, RefusalJournal } from '../ports/refusal-journal.js';
import { CaptureMessage } from './capture-message.js';
import { readHl7 } from './read-hl7.js';
import type { Publisher } from './publisher.js';
import { recordIds } from './record-ids.js';
import type { Surroundings } from './surroundings.js';

const finess = Finess.parse('750712184');
const publisher = (over: Partial<Sender> = {}): Publisher => ({
  sender: {
    name: 'his-demo',
    finess,
    language: 'en',
    foreignFiness: 'warn',
    testIdentities: 'warn',
    productionIdentities: 'accept',
    acknowledgement: 'as-asked',
    incarnation: 3,
    ...over,
  },
  establishment: { finess, name: 'CH (démo)', sites: [], timeZone: 'Europe/Paris' },
  idOf: recordIds(createSecretKey(Buffer.from('a secret'))),
});

const away = new Failure('log.unreachable', 'no broker answers', 'start it');
const tooMuch = new Failure('input.too-large', 'what is to be written takes 5 bytes, the log takes 4', 'split it');

/** What was written, in the order in which it was; `failing` is what a write meets. */
class Written {
  readonly order: string[] = [];
  readonly events: { value: Buffer; attributes: EventAttributes }[] = [];
  readonly refusals: Refusal[] = [];
  failing: Error | undefined;
  /** What a write to the log alone meets. */
  logFailing: Error | undefined;

  readonly log: Pick<EstablishmentLog, 'append'> = {
    append: async (_establishment, value, attributes) => {
      const failing = this.failing ?? this.logFailing;
      if (failing) throw failing;
      this.order.push('log');
      this.events.push({ value, attributes });
      return Position.of(this.events.length - 1);
    },
  };
  readonly journal: Pick<RefusalJournal, 'append'> = {
    append: async (_establishment, refusal) => {
      if (this.failing) throw this.failing;
      this.order.push('journal');
      this.refusals.push(refusal);
    },
  };
  event(index = 0) {
    return decodeEvent(this.events[index]?.value ?? Buffer.alloc(0)).event;
  }
}

const capturing = (readLarge?: Surroundings['readLarge']) => {
  const written = new Written();
  let ids = 0;
  const capture = new CaptureMessage(written.log as EstablishmentLog, written.journal as RefusalJournal, {
    now: () => Instant.of(1_790_000_000_000),
    newId: () => `new-${ids++}`,
    ...(readLarge && { readLarge }),
  });
  return { written, capture };
};

const er7 = (asked = '|', pid = 'PID|1||42^^^D&1.2.3&ISO^PI||TESTINE^ALICE^^^^^L'): Buffer =>
  Buffer.from(
    [
      `MSH|^~\\&|A|B|C|D|20261120143000+0100||ADT^A28^ADT_A05|c1|P|2.5|||${asked}`,
      'EVN||20261120143000+0100',
      pid,
      '',
    ].join('\r'),
  );
const refusedEr7 = er7('|', 'PID|1||||TESTINE^ALICE');
const results = (count: number, id: string): Buffer =>
  Buffer.from(
    [
      `MSH|^~\\&|LAB|B|C|D|20261120143000+0100||ORU^R01^ORU_R01|${id}|P|2.5`,
      'PID|1||42^^^D&1.2.3&ISO^PI||TESTINE^ALICE^^^^^L',
      'OBR|1|P1|F1|NFS^Numération^L',
      ...Array.from({ length: count }, (_, n) => `OBX|${n + 1}|NM|${n}^A^L||1.5|g/L|||||F`),
      '',
    ].join('\r'),
  );
const codesIn = (answers: readonly Buffer[]): readonly string[] =>
  answers.map((answer) => /\rMSA\|(\w\w)/.exec(answer.toString())?.[1] ?? '');

describe('capturing HL7 v2', () => {
  it('appends, then answers, as its sender', async () => {
    const { written, capture } = capturing();
    const captured = await capture.hl7(publisher(), er7());
    expect([captured.outcome, codesIn(captured.answers)]).toEqual(['durable', ['AA']]);
    expect(written.event()).toMatchObject({
      sender: 'his-demo',
      incarnation: 3,
      messageId: 'c1',
      acknowledgement: 'AA',
    });
    expect(written.events[0]?.attributes).toMatchObject({
      ce_specversion: '1.0',
      ce_type: 'org.hl7.v2.message',
      ce_source: '/senders/his-demo',
      ce_id: 'c1',
    });
  });

  it('has a large message read beside the others, and no usual one', async () => {
    const aside: number[] = [];
    const { capture, written } = capturing(async (by, message) => {
      aside.push(message.received.byteLength);
      return readHl7(by, message);
    });
    await capture.hl7(publisher(), results(30, 'usual'));
    expect(aside).toEqual([]);
    const large = results(1_000, 'large');
    await capture.hl7(publisher(), large);
    expect(aside).toEqual([large.byteLength]);
    expect(written.event(1).changes.length).toBeGreaterThan(1_000);
  });

  it('goes on with a sender whose large message could not be read', async () => {
    const { capture, written } = capturing(async () => {
      throw new Error('the thread has ended');
    });
    const [failed, next] = [capture.hl7(publisher(), results(1_000, 'large')), capture.hl7(publisher(), er7())];
    await expect(failed).rejects.toThrow('the thread has ended');
    expect((await next).outcome).toBe('durable');
    expect(written.events).toHaveLength(1);
  });

  it('takes what another sender sends while one sends much, and keeps the order of each', async () => {
    const gate = Promise.withResolvers<void>();
    const { capture, written } = capturing(async (by, message) => {
      await gate.promise;
      return readHl7(by, message);
    });
    const [lab, his] = [publisher({ name: 'lab' }), publisher({ name: 'his' })];
    const put = {
      method: 'PUT',
      path: 'Patient/x',
      headers: {},
      body: Buffer.from('{"resourceType":"Patient","id":"x"}'),
    } as const;
    const told = [
      capture.hl7(lab, results(1_000, 'lab-1')),
      capture.hl7(lab, results(1_000, 'lab-2')),
      capture.hl7(lab, er7()),
      capture.fhir(lab, put, { messageId: 'lab-4', told: '200' }),
      capture.hl7(his, er7()),
    ];
    await told[4];
    expect(written.events.map((_, index) => written.event(index).sender)).toEqual(['his']);
    gate.resolve();
    await Promise.all(told);
    expect(written.events.map((_, index) => written.event(index).label)).toEqual([
      'ADT^A28',
      'ORU^R01',
      'ORU^R01',
      'ADT^A28',
      'PUT Patient',
    ]);
    expect([1, 2].map((index) => written.event(index).messageId)).toEqual(['lab-1', 'lab-2']);
  });

  it('refuses under the id under which it would have accepted', async () => {
    const { written, capture } = capturing();
    const envelope = { messageId: 'urn:x 1', cloudEvent: { source: 'urn:x', id: '1' } };
    for (const received of [refusedEr7, er7()])
      for (const cameIn of [envelope, undefined]) {
        written.logFailing = received === refusedEr7 ? undefined : tooMuch;
        expect((await capture.hl7(publisher(), received, cameIn)).outcome).toBe('refused');
      }
    expect(written.refusals.map(({ controlId }) => controlId)).toEqual(['urn:x 1', 'c1', 'urn:x 1', 'c1']);
  });

  it('is told by its envelope, where it came in one', async () => {
    const { written, capture } = capturing();
    const sentAt = Instant.of(1);
    await capture.hl7(publisher(), er7(), { messageId: 'urn:x 1', sentAt, cloudEvent: { source: 'urn:x', id: '1' } });
    expect(written.event()).toMatchObject({ messageId: 'urn:x 1', sentAt: 1 });
    expect(written.events[0]?.attributes).toMatchObject({ ce_source: 'urn:x', ce_id: '1' });
  });

  it('refuses into the journal, with the answer as it is sent', async () => {
    const { written, capture } = capturing();
    const captured = await capture.hl7(publisher(), refusedEr7);
    expect([captured.outcome, codesIn(captured.answers), written.order]).toEqual(['refused', ['AE'], ['journal']]);
    expect(written.refusals[0]?.answered).toEqual(Buffer.concat(captured.answers));
  });

  it.each([
    ['accepted', er7()],
    ['refused', refusedEr7],
  ])('says AR and never AE when what would be %s could not be written', async (_what, message) => {
    const { written, capture } = capturing();
    written.failing = away;
    const captured = await capture.hl7(publisher(), message);
    expect([captured.outcome, codesIn(captured.answers)]).toEqual(['not-now', ['AR']]);
    expect(captured.answers.join()).toContain(
      '\rMSA|AR|c1|the message cannot be taken at this moment: send it again\rERR|||207^',
    );
  });

  it('refuses for ever what comes to more than the log takes', async () => {
    const { written, capture } = capturing();
    written.logFailing = tooMuch;
    const captured = await capture.hl7(publisher(), er7());
    expect([captured.outcome, codesIn(captured.answers), written.order]).toEqual(['refused', ['AE'], ['journal']]);
    expect(captured.answers[0]?.toString()).toMatch(/\rERR\|[^\r]*\|207\^/);
    expect(written.refusals[0]).toMatchObject({ controlId: 'c1', acknowledgement: 'AE', received: er7() });
    written.failing = away;
    expect(codesIn((await capture.hl7(publisher(), er7())).answers)).toEqual(['AR']);
  });

  it('keeps of a message that is too large its beginning, without what may not be kept', async () => {
    const { written, capture } = capturing();
    const captured = await capture.hl7TooLarge(publisher(), er7('|', 'PID|1||42^^^D||TESTINE|||||RACE-OF-HERS'));
    expect([captured.outcome, codesIn(captured.answers)]).toEqual(['refused', ['AE']]);
    expect(Buffer.from(written.refusals[0]?.received ?? []).toString()).toMatch(/TESTINE(?!.*RACE)/s);
  });

  it('maps nothing of a message that it does not take', async () => {
    const { capture } = capturing();
    const unmapped: Publisher = {
      ...publisher(),
      idOf: () => {
        throw new Error('mapped');
      },
    };
    const many = results(200, 'many');
    expect(codesIn((await capture.hl7TooLarge(unmapped, many)).answers)).toEqual(['AE']);
    expect(codesIn(capture.hl7NotNow(unmapped, many, away).answers)).toEqual(['AR']);
  });

  it('says what was told, in every mode', async () => {
    const told = async (asked: string, over: Partial<Sender> = {}): Promise<readonly unknown[]> => {
      const { written, capture } = capturing();
      const { answers } = await capture.hl7(publisher(over), er7(asked));
      return [codesIn(answers), written.event().acknowledgement];
    };
    expect(await told('AL|AL')).toEqual([['CA', 'AA'], 'CA AA']);
    expect(await told('NE|NE')).toEqual([['CA'], 'CA']);
    expect(await told('NE|NE', { acknowledgement: 'standard' })).toEqual([[], 'none']);
  });

  it('says of what is mapped to nothing that it is durable and unmapped, in every mode', async () => {
    const said = async (asked: string): Promise<readonly string[]> => {
      const { capture } = capturing();
      const message = Buffer.from(er7(asked).toString().replace('ADT^A28^ADT_A05', 'SIU^S12'));
      const { answers } = await capture.hl7(publisher(), message);
      return answers.map((answer) => /\rMSA\|([^\r]*)/.exec(answer.toString())?.[1] ?? '');
    };
    expect(await said('|')).toEqual(['AA|c1|unmapped']);
    expect(await said('AL|AL')).toEqual(['CA|c1', 'AA|c1|unmapped']);
    expect(await said('NE|AL')).toEqual(['AA|c1|unmapped']);
    expect(await said('|ER')).toEqual(['CA|c1']);
    expect(await said('NE|NE')).toEqual(['CA|c1']);
  });

  it('gives the same bytes the same answer, in the log or not', async () => {
    const { capture } = capturing();
    const { capture: other } = capturing();
    const [one, again, elsewhere] = [
      await capture.hl7(publisher(), er7()),
      await capture.hl7(publisher(), er7()),
      await other.hl7(publisher(), er7()),
    ];
    expect(again.answers).toEqual(one.answers);
    expect(elsewhere.answers).toEqual(one.answers);
  });

  it('keeps what stands around the messages of a batch, in its sender’s name', async () => {
    const { written, capture } = capturing();
    const batch = readBatch(Buffer.concat([Buffer.from('BHS|^~\\&|A|B|||20261120||||b1\r'), er7()]));
    const alone = readBatch(Buffer.concat([er7(), er7()]));
    if (!batch || !alone) throw new Error('no batch');
    expect(await capture.hl7Envelope(publisher(), alone)).toBeUndefined();
    expect(await capture.hl7Envelope(publisher(), batch)).toMatchObject({ outcome: 'durable' });
    expect(written.event()).toMatchObject({ sender: 'his-demo', incarnation: 3, messageId: 'BHS b1', changes: [] });
    written.failing = away;
    expect(await capture.hl7Envelope(publisher(), batch)).toEqual({ outcome: 'not-now', failure: away });
    expect(written.events.length).toBe(1);
  });

  it('lets a bug through', async () => {
    const { written, capture } = capturing();
    written.failing = new TypeError('a bug');
    await expect(capture.hl7(publisher(), er7())).rejects.toThrow(TypeError);
  });
});

describe('capturing FHIR', () => {
  const put = (body: string, path = 'Patient/1') =>
    ({ method: 'PUT', path, headers: { 'content-type': 'application/fhir+json' }, body: Buffer.from(body) }) as const;
  const patient = '{"resourceType":"Patient","id":"1"}';
  const envelope = { messageId: 'k', told: '200' };

  it('appends, then answers', async () => {
    const { written, capture } = capturing();
    const captured = await capture.fhir(publisher(), put(patient), envelope);
    expect(captured.outcome).toBe('durable');
    expect(written.event()).toMatchObject({
      format: 'fhir',
      label: 'PUT Patient',
      messageId: 'k',
      acknowledgement: '200',
    });
    expect(written.events[0]?.attributes['ce_type']).toBe('org.hl7.fhir.r4.put');
  });

  it.each([
    ['422', put('{')],
    ['422', put('{"resourceType":"Patient","id":"2"}')],
    ['501', put(patient, 'Patient?identifier=x')],
  ])('refuses with %s into the journal', async (status, request) => {
    const { written, capture } = capturing();
    const captured = await capture.fhir(publisher(), request, envelope);
    expect([captured.outcome, written.order, written.refusals[0]?.acknowledgement]).toEqual([
      'refused',
      ['journal'],
      status,
    ]);
    expect(JSON.parse(Buffer.from(written.refusals[0]?.answered ?? []).toString())).toMatchObject({
      resourceType: 'OperationOutcome',
    });
  });

  it.each([
    ['accepted', put(patient)],
    ['refused', put('{')],
  ])('is not now when what would be %s could not be written', async (_what, request) => {
    const { written, capture } = capturing();
    written.failing = away;
    expect(await capture.fhir(publisher(), request, envelope)).toEqual({ outcome: 'not-now', failure: away });
  });

  it('refuses with 413 into the journal what comes to more than the log takes', async () => {
    const { written, capture } = capturing();
    written.logFailing = tooMuch;
    const captured = await capture.fhir(publisher(), put(patient), envelope);
    expect([captured.outcome, written.order]).toEqual(['refused', ['journal']]);
    expect(written.refusals[0]).toMatchObject({ acknowledgement: '413', received: put(patient).body });
    await capture.fhir(publisher({ language: 'fr' }), put(patient), envelope);
    expect(written.refusals[1]?.reasons[0]?.text).toBe(
      "ce qui est à écrire prend 5 octets, le journal n'en prend que 4",
    );
  });

  it('assigns ids by the key, and random ones without', async () => {
    const { written, capture } = capturing();
    const post = { ...put('{"resourceType":"Patient"}', 'Patient'), method: 'POST' } as const;
    for (const messageId of ['k', 'k', 'l', '', '']) await capture.fhir(publisher(), post, { messageId, told: '201' });
    const ids = written.events.map((_, index) => {
      const [change] = written.event(index).changes;
      return change?.kind === 'put' ? change.record : '';
    });
    expect([ids[0] === ids[1], new Set(ids).size]).toEqual([true, 4]);
  });
});
