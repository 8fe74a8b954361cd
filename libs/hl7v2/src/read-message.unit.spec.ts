import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contextOf, er7 } from './fixtures/context.js';
import { readMessage } from './read-message.js';

const msh = (charset: string, label = 'ADT^A31', id = 'M1'): string =>
  `MSH|^~\\&|GAM|CH|EAI|GHT|20260310091500||${label}|${id}|P|2.5||||||${charset}`;
const pid = 'PID|1||42^^^CH^PI||ÉLÈVE^Zoé^^^^^L';

const refusal = (bytes: Uint8Array, settings = {}) => {
  const reading = readMessage(bytes, contextOf(settings));
  return reading.accepted ? 'accepted' : reading.errors.map(({ location, code }) => `${location} ${code}`);
};

describe('refusals', () => {
  it.each([
    ['nothing', Buffer.from(''), 'MSH^1 100'],
    ['no MSH', Buffer.from('PID|1'), 'MSH^1 100'],
    ['a batch', Buffer.from('FHS|^~\\&\rBHS|^~\\&\rMSH|^~\\&|'), 'MSH^1 100'],
    ['unreadable delimiters', Buffer.from('MSH|^^~&|A\r'), 'MSH^1^2 102'],
    ['no control id', er7(msh('', 'ADT^A31', ''), pid), 'MSH^1^10 101'],
    ['UTF-8 that is none', Buffer.from(`${msh('UNICODE UTF-8')}\r${pid}`, 'latin1'), 'MSH^1^18 102'],
    ['another message within it', er7(msh(''), pid, msh('', 'ADT^A31', 'M2'), pid), 'MSH^2 100'],
    ['a NUL', er7(msh(''), `${pid}\0`), 'MSH^1 102'],
  ])('%s', (_name, bytes, error) => {
    expect(refusal(bytes)).toEqual([error]);
  });

  it('hand the bytes to the journal without what the law forbids', () => {
    const bytes = Buffer.from(`${msh('UTF-8')}\rPID|1||42^^^CH^PI||É|||||secret|x\r`, 'latin1');
    const reading = readMessage(bytes, contextOf());
    expect(!reading.accepted && Buffer.from(reading.received).toString('latin1')).toBe(
      `${msh('UTF-8')}\rPID|1||42^^^CH^PI||É||||||x\r`,
    );
  });

  it('answer under the control id of the message', () => {
    const reading = readMessage(Buffer.from(`${msh('UTF-8')}\r${pid}`, 'latin1'), contextOf());
    expect(reading).toMatchObject({ accepted: false, head: { controlId: 'M1', label: 'ADT^A31' } });
  });

  it('follow the sender’s settings on identities', () => {
    const ins = (oid: string): Buffer =>
      er7(msh('ASCII'), `PID|1||42^^^CH^PI~1^^^INS&1.2.250.1.213.1.4.${oid}&ISO^INS`);
    expect(refusal(ins('10'))).toBe('accepted');
    expect(refusal(ins('10'), { testIdentities: 'refuse' })).toEqual(['PID^1^3 103']);
    expect(refusal(ins('8'), { testIdentities: 'refuse' })).toBe('accepted');
    expect(refusal(ins('8'), { productionIdentities: 'refuse' })).toEqual(['PID^1^3 103']);
    // The billing number stands under the same OID and is no INS.
    const nss = er7(msh('ASCII'), 'PID|1||42^^^CH^PI~1^^^SS&1.2.250.1.213.1.4.8&ISO^NH');
    expect(refusal(nss, { productionIdentities: 'refuse' })).toBe('accepted');
  });

  it('follow the sender’s setting on FINESS numbers of others', () => {
    const from = (finess: string): Buffer => er7(msh('ASCII'), `PID|1||42^^^CH&${finess}&N^PI`);
    expect(refusal(from('750712184'), { foreignFiness: 'refuse' })).toBe('accepted');
    expect(refusal(from('750000001'), { foreignFiness: 'refuse' })).toBe('accepted');
    expect(refusal(from('690781810'), { foreignFiness: 'refuse' })).toEqual(['PID^1^3 103']);
    const reading = readMessage(from('690781810'), contextOf());
    expect(reading.accepted && reading.event.warnings.map(({ code }) => code)).toEqual(['finess-foreign']);
  });
});

describe('character sets', () => {
  const family = (bytes: Uint8Array): unknown => {
    const reading = readMessage(bytes, contextOf());
    if (!reading.accepted) throw new Error('refused');
    const [identify] = reading.event.changes;
    const name = identify?.kind === 'identify' ? identify.edits.find(({ member }) => member === 'name') : undefined;
    const warnings = reading.event.warnings.map(({ code }) => code);
    return [
      reading.event.charset,
      name && 'value' in name && JSON.stringify(name.value).match(/"family":"(.*?)"/)?.[1],
      warnings,
    ];
  };
  const message = (charset: string, text = pid): string => `${msh(charset)}\r${text}\r`;

  it.each([
    ['UNICODE UTF-8', 'utf8', 'utf-8', []],
    ['UTF-8', 'utf8', 'utf-8', []],
    ['8859/1', 'latin1', 'iso-8859-1', []],
    ['8859/15', 'latin1', 'iso-8859-15', []],
    ['', 'latin1', 'iso-8859-1', ['charset-undeclared']],
    ['', 'utf8', 'utf-8', ['charset-undeclared']],
    ['ASCII', 'latin1', 'iso-8859-1', ['charset-mismatch']],
    ['8859/15', 'utf8', 'utf-8', ['charset-mismatch']],
    ['EBCDIC', 'latin1', 'iso-8859-1', ['charset-unknown']],
  ] as const)('%j in %s is read as %s', (declared, written, charset, warnings) => {
    expect(family(Buffer.from(message(declared), written))).toEqual([charset, 'ÉLÈVE', warnings]);
  });

  it('tells œ and € of 8859/15 from what they are in 8859/1', () => {
    const bytes = (declared: string): Buffer =>
      Buffer.from(message(declared, 'PID|1||42^^^CH^PI||C\xbdUR^Zoé^^^^^L'), 'latin1');
    expect(family(bytes('8859/15'))).toEqual(['iso-8859-15', 'CœUR', []]);
    expect(family(bytes('8859/1'))).toEqual(['iso-8859-1', 'C½UR', []]);
  });

  it('says nothing where everything is ASCII, and skips a byte-order mark', () => {
    expect(family(er7(msh(''), 'PID|1||42^^^CH^PI||PLAIN'))).toEqual(['us-ascii', 'PLAIN', []]);
    expect(family(Buffer.from(`\ufeff${message('UTF-8')}`))).toEqual(['utf-8', 'ÉLÈVE', []]);
  });
});

describe('segments', () => {
  it.each(['\r', '\n', '\r\n'])('end with %j', (end) => {
    const reading = readMessage(
      Buffer.from([msh('ASCII'), 'EVN||20260310', 'PID|1||42^^^CH^PI', ''].join(end)),
      contextOf(),
    );
    expect(reading).toMatchObject({ accepted: true, event: { changes: [{ patient: 'Patient/patient.CH.42' }] } });
  });

  it('keep a line feed that stands in a text', () => {
    const bytes = Buffer.from(
      `${msh('ASCII', 'ORU^R01')}\rPID|1||42^^^CH^PI\rOBR|1||F1|X\rOBX|1|TX|T||one\ntwo||||||F\r`,
    );
    const reading = readMessage(bytes, contextOf());
    const put = reading.accepted ? reading.event.changes.find(({ kind }) => kind === 'put') : undefined;
    expect(put?.kind === 'put' && Buffer.from(put.content).toString()).toContain('"valueString":"one\\ntwo"');
  });
});

describe('any other valid message', () => {
  it.each(['SIU^S12', 'MDM^T02', 'ADT^A99', 'ACK', 'X'])('%s is accepted and mapped to nothing', (label) => {
    expect(readMessage(er7(msh('ASCII', label)), contextOf())).toMatchObject({
      accepted: true,
      event: { label, changes: [], messageId: 'M1', format: 'hl7v2' },
    });
  });
  it('has no label that could be anything', () => {
    expect(readMessage(er7(msh('ASCII', 'MARTIN JEAN^1')), contextOf()).head.label).toBe('unknown');
  });
});

describe('what a message says of itself', () => {
  const warned = (bytes: Buffer): readonly string[] | string => {
    const reading = readMessage(bytes, contextOf());
    if (!reading.accepted) return reading.errors.map(({ location, code }) => `${location} ${code}`).join();
    return [reading.event.label, ...reading.event.warnings.map(({ code, location }) => `${code} ${location}`)];
  };
  const strict = { hl7: { strictness: 'strict' } } as const;

  it.each(['', '^A31', '^^ADT_A05', 'ADT_A01', 'ADTA31', 'ORU_R01^ORU_R01', 'MARTIN JEAN^1', '../../etc'])(
    'is refused where MSH-9 is %j: nobody could tell what it is',
    (type) => {
      expect(warned(er7(msh('ASCII', type), pid.replace('ÉLÈVE^Zoé', 'N')))).toBe('MSH^1^9 200');
    },
  );
  it.each(['ADT', 'ADT^', 'ADT^what ever', 'ORU', 'MDM'])(
    'is refused where MSH-9 is %j: it names no trigger',
    (type) => {
      expect(warned(er7(msh('ASCII', type), pid.replace('ÉLÈVE^Zoé', 'N')))).toBe('MSH^1^9 201');
    },
  );
  it('is read where it can mean one thing alone, with a warning', () => {
    const read = (type: string, ...more: readonly string[]) =>
      warned(er7(msh('ASCII', type), ...more, 'PID|1||42^^^CH^PI'));
    for (const type of ['ADT A31', 'ADT-A31', 'ADT~A31', 'adt a31'])
      expect(read(type)).toEqual(['ADT^A31', 'message-type-form MSH-9']);
    expect(read('adt^a31')).toEqual(['ADT^A31', 'code-case MSH-9']);
    expect(read('ADT', 'EVN|A31|20260310')).toEqual(['ADT', 'field-missing MSH-9']);
    expect(refusal(er7(msh('ASCII', 'ADT A31'), 'PID|1||42^^^CH^PI'), strict)).toEqual(['MSH^1^9 200']);
  });
  it('is warned of where its time, its version or its processing id are missing or none', () => {
    const read = (from: string, to: string) => er7(msh('ASCII').replace(from, to), 'PID|1||42^^^CH^PI');
    for (const [from, to, warning, error] of [
      ['20260310091500', 'hier', 'date-invalid MSH-7', 'MSH^1^7 102'],
      ['20260310091500', '', 'field-missing MSH-7', 'MSH^1^7 101'],
      ['|P|', '||', 'field-missing MSH-11', 'MSH^1^11 101'],
      ['|2.5|', '|9.9|', 'version-unknown MSH-12', 'MSH^1^12 203'],
      ['|2.5|', '||', 'field-missing MSH-12', 'MSH^1^12 101'],
    ] as const) {
      expect(warned(read(from, to))).toEqual(['ADT^A31', warning]);
      expect(refusal(read(from, to), strict)).toEqual([error]);
    }
  });
});

describe('control characters', () => {
  const read = (field: string, type = 'ADT^A31') => {
    const bytes = er7(msh('ASCII', type), `PID|1||42^^^CH^PI||${field}`);
    const reading = readMessage(bytes, contextOf());
    if (!reading.accepted) throw new Error('refused');
    const warnings = reading.event.warnings.map(({ code, location }) => `${code} ${location}`);
    expect(Buffer.from(reading.event.received)).toEqual(bytes);
    return [JSON.stringify(reading.event.changes).match(/"family":"(.*?)"/)?.[1], ...warnings];
  };
  it('stand in no text of a record, but in the bytes', () => {
    const warning = 'text-control-characters PID-5';
    expect(read('JE\x01\x02\x1b[31mAN')).toEqual(['JE\ufffd\ufffd\ufffd[31mAN', warning]);
    expect(read('JE\\X01\\AN')).toEqual(['JE\ufffdAN', warning]);
    expect(read('JE\\X4A1B5B\\AN')).toEqual(['JEJ\ufffd[AN', warning]);
    expect(read('JE\tAN')).toEqual(['JE\\tAN']);
    expect(read('JE\\X4A0A11\\AN'.replace('11', ''))).toEqual(['JEJ\\nAN']);
  });
  it('keep two identifiers apart that differ by them', () => {
    const patient = (id: string): unknown => {
      const reading = readMessage(er7(msh('ASCII'), `PID|1||${id}^^^CH^PI`), {
        ...contextOf(),
        idOf: (_kind, _domain, identifier) => Buffer.from(identifier).toString('hex'),
      });
      return reading.accepted && reading.event.changes[0]?.kind === 'identify' && reading.event.changes[0].patient;
    };
    expect(patient('12\x0134')).not.toBe(patient('1234'));
  });
  it('are none of the sender’s words behind the last segment', () => {
    expect(readMessage(Buffer.from(`${msh('ASCII')}\rPID|1||42^^^CH^PI\r\x1a`), contextOf())).toMatchObject({
      event: { warnings: [] },
    });
  });
});

describe('times of a message', () => {
  const times = (...segments: string[]): unknown => {
    const reading = readMessage(
      er7(msh('ASCII', 'ADT^A01'), ...segments, 'PID|1||42^^^CH^PI', 'PV1|1|I|||||||||||||||||V1'),
      contextOf(),
    );
    return (
      reading.accepted && [reading.event.sentAt, reading.event.occurredAt].map((at) => at && new Date(at).toISOString())
    );
  };
  it('are MSH-7, and ZBE-2 before EVN-6 before EVN-2', () => {
    const zbe = 'ZBE|1|20260310070000||INSERT|N';
    expect(times('EVN||20260310090000||||20260310080000', zbe)).toEqual([
      '2026-03-10T08:15:00.000Z',
      '2026-03-10T06:00:00.000Z',
    ]);
    expect(times('EVN||20260310090000||||20260310080000')).toEqual([
      '2026-03-10T08:15:00.000Z',
      '2026-03-10T07:00:00.000Z',
    ]);
    expect(times('EVN||20260310090000')).toEqual(['2026-03-10T08:15:00.000Z', '2026-03-10T08:00:00.000Z']);
  });
});

describe('hostile bytes', () => {
  it.each(['constructor', 'toString', '__proto__', 'valueOf'])('%s is no code of any table', (name) => {
    const label = readMessage(er7(msh(name, name)), contextOf());
    expect(label).toMatchObject({ accepted: true, event: { changes: [] } });
    const visit = er7(
      msh('ASCII', 'ADT^A01'),
      `PID|1||42^^^CH^${name}||N^^^^^^${name}|||${name}`,
      `PV1|1|${name}${'|'.repeat(17)}V1`,
    );
    expect(readMessage(visit, contextOf())).toMatchObject({
      accepted: true,
      event: { warnings: [{ location: 'PID-5[1].7' }, { location: 'PID-8' }, { location: 'PV1-2' }] },
    });
    expect(refusal(er7(msh('ASCII', 'ADT^A01'), pid, 'PV1|1|I|||||||||||||||||V1', `ZBE|1|2026||${name}`))).toEqual([
      'ZBE^1^4 103',
    ]);
    const result = er7(msh('ASCII', 'ORU^R01'), pid, 'OBR|1||F1', `OBX|1|${name}|X||1|||||${name}`);
    expect(JSON.stringify(readMessage(result, contextOf()))).toContain('value-as-text');
  });

  const noise = fc.string({
    unit: fc.constantFrom(
      ...'|^~\\&"\r\nXF.br0129ADTé'.split(''),
      'PID|',
      'ZBE|',
      'PV1|',
      'OBX|',
      'MRG|',
      '""',
      '20260329',
      '\\X0041\\',
    ),
    maxLength: 200,
  });
  it('are accepted or refused with a reason, and never throw', () => {
    fc.assert(
      fc.property(
        noise,
        fc.constantFrom('ADT^A01', 'ADT^A40', 'ADT^Z99', 'ORU^R01', 'ADT^A31'),
        fc.boolean(),
        (tail, label, known) => {
          const head = `${msh('UTF-8', label)}\r${known ? 'EVN||20260310\rPID|1||42^^^CH^PI\rPV1|1|I|W|||||||||||||||||V1\r' : ''}`;
          const reading = readMessage(Buffer.from(head + tail), contextOf());
          if (!reading.accepted) expect(reading.errors.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        readMessage(bytes, contextOf());
      }),
    );
  });

  it('of a million fields take no time', () => {
    const started = performance.now();
    readMessage(
      er7(msh('ASCII'), `PID|1||42^^^CH^PI${'|'.repeat(1_000_000)}`, `NK1${'~\\'.repeat(500_000)}`),
      contextOf(),
    );
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
