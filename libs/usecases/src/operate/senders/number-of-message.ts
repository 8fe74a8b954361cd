/** What tells the counters of one sender apart, and the number that a message has in it. */
export interface MessageNumber {
  readonly by: 'MSH-13' | 'MSH-10';
  /** MSH-3, and what stands before the digits: counters of different programs and eras do not mix. */
  readonly counter: string;
  readonly number: number;
}

/** @limit Inside | bytes of MSH in which a message's number is looked for | it has none */
const mshBytesMax = 1000;
const digits = /^\d{1,15}$/;

/**
 * MSH-13 where it is a number above 0 (HL7 v2.5, section 2.10.1: 0 and -1 say something of the protocol), else the digits at the
 * end of MSH-10; undefined where there is neither.
 */
export const numberOfMessage = (received: Uint8Array): MessageNumber | undefined => {
  const head = Buffer.from(received.buffer, received.byteOffset, Math.min(received.byteLength, mshBytesMax)).toString(
    'latin1',
  );
  const start = head.indexOf('MSH');
  if (start < 0) return undefined;
  const [line = ''] = head.slice(start).split(/[\r\n]/, 1);
  const fields = line.split(line.charAt(3));
  const application = fields[2] ?? '';
  const sequence = (fields[12] ?? '').trim();
  if (digits.test(sequence) && Number(sequence) > 0)
    return { by: 'MSH-13', counter: application, number: Number(sequence) };
  const [, prefix = '', number = ''] = /^(.*?)(\d{1,15})$/.exec((fields[9] ?? '').trim()) ?? [];
  return number === '' ? undefined : { by: 'MSH-10', counter: `${application} ${prefix}`, number: Number(number) };
};
