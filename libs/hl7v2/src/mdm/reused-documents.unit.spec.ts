import { describe, expect, it } from 'vitest';
import { er7 } from '../fixtures/context.js';
import { foldAdt } from '../fixtures/folded-adt.js';

const told = (patient: string, trigger: string, number: string, text: string, parent = ''): Buffer =>
  er7(
    `MSH|^~\\&|DPI|CH|EAI|GHT|20260310091500||MDM^${trigger}|M1|P|2.5`,
    `EVN|${trigger}|20260310091500`,
    `PID|1||${patient}^^^CH^PI`,
    `TXA|1|CR|TX|||||||||${number}|${parent}|||||AU||AV`,
    `OBX|1|TX|18842-5^CR^LN||${text}||||||F`,
  );

/** Documents that stand, as patient and decoded content. */
const documents = (
  ...messages: readonly Buffer[]
): { readonly held: readonly string[]; readonly said: readonly string[] } => {
  const { records, warnings } = foldAdt(messages);
  const held = [...records].flatMap(([key, text]) => {
    if (!key.startsWith('DocumentReference/') || text === '') return [];
    const document = JSON.parse(text) as {
      subject: { reference: string };
      content: { attachment: { url?: string } }[];
    };
    const { url = '' } = document.content[0]?.attachment ?? {};
    const binary = JSON.parse(records.get(url) ?? '{"data":""}') as { data: string };
    return [`${document.subject.reference} ${Buffer.from(binary.data, 'base64').toString()}`];
  });
  return { held: held.sort(), said: warnings.filter((one) => one.startsWith('filler-number-reused')) };
};

describe('a document’s number that comes back', () => {
  it('for another patient names another document, with a warning; the first stays as it was', () => {
    const { held, said } = documents(told('A1', 'T02', 'N1', 'de A'), told('B2', 'T02', 'N1', 'de B'));
    expect(held.map((one) => one.slice(-4))).toEqual(['de A', 'de B']);
    expect(said).toEqual(['filler-number-reused TXA-12']);
  });

  it('for the same patient is that document, told again, edited or replaced by itself', () => {
    for (const trigger of ['T02', 'T06', 'T10']) {
      const { held, said } = documents(told('A1', 'T02', 'N1', 'une'), told('A1', trigger, 'N1', 'deux'));
      expect(held.map((one) => one.slice(-4))).toEqual(['deux']);
      expect(said).toEqual([]);
    }
  });

  it('is corrected in each patient’s own', () => {
    const { held, said } = documents(
      told('A1', 'T02', 'N1', 'de A'),
      told('B2', 'T02', 'N1', 'de B'),
      told('B2', 'T06', 'N1', 'B2ed'),
      told('A1', 'T06', 'N1', 'A1ed'),
    );
    expect(held.map((one) => one.slice(-4))).toEqual(['A1ed', 'B2ed']);
    expect(said).toHaveLength(1);
  });

  it('is withdrawn with all its contents', () => {
    const two = Buffer.from(
      told('A1', 'T02', 'N1', 'une')
        .toString()
        .replace(
          /OBX.*\r$/,
          'OBX|1|ED|X||^text^plain^Base64^dW5l||||||F\rOBX|2|ED|X||^text^plain^Base64^ZGV1eA==||||||F\r',
        ),
    );
    const left = (...messages: readonly Buffer[]): number =>
      [...foldAdt(messages).records].filter(([key, text]) => key.startsWith('Binary/') && text !== '').length;
    expect(left(two)).toBe(2);
    expect(left(two, told('A1', 'T11', 'N1', ''))).toBe(0);
  });

  it('written like the key of a second content takes nobody’s', () => {
    const { held } = documents(told('A1', 'T02', 'D1', 'de A'), told('B2', 'T02', 'D1#2', 'de B'));
    expect(held.map((one) => one.slice(-4))).toEqual(['de A', 'de B']);
  });

  it('is superseded by the one that replaces it, whoever else has that number', () => {
    const { records } = foldAdt([
      told('A1', 'T02', 'N1', 'de A'),
      told('B2', 'T02', 'N2', 'de B'),
      told('A1', 'T10', 'N2', 'neuf', 'N1'),
    ]);
    const states = [...records].flatMap(([key, text]) =>
      key.startsWith('DocumentReference/') ? [(JSON.parse(text) as { status: string }).status] : [],
    );
    expect(states.sort()).toEqual(['current', 'current', 'superseded']);
  });
});
