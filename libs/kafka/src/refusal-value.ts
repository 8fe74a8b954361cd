import { Failure } from '#domain';
import { type ListedRefusal, type Refusal, refusalBeginsMax } from '#usecases';

type Header = Omit<Refusal, 'received' | 'answered'> & { readonly received: number };

const magic = Buffer.from('RJ\u0001', 'latin1');

/** "RJ", format version 1, header length (4 bytes, big-endian), header (JSON), the received bytes, the answer's bytes. */
export const refusalValue = (refusal: Refusal): Buffer => {
  const { received, answered, ...rest } = refusal;
  const header = Buffer.from(JSON.stringify({ ...rest, received: received.byteLength } satisfies Header));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(header.byteLength);
  return Buffer.concat([magic, length, header, received, answered]);
};

const read = (value: Buffer): { readonly header: Header; readonly bodyAt: number } => {
  if (!value.subarray(0, magic.byteLength).equals(magic))
    throw new Failure(
      'log.too-new',
      'the journal holds an entry of a format that is not known here',
      'run the version of Reprise that wrote it, or a newer one',
    );
  const headerAt = magic.byteLength + 4;
  const bodyAt = headerAt + value.readUInt32BE(magic.byteLength);
  return { header: JSON.parse(value.toString('utf8', headerAt, bodyAt)) as Header, bodyAt };
};

/** Throws `log.too-new`. */
export const parseRefusalValue = (value: Buffer): Refusal => {
  const { header, bodyAt } = read(value);
  const { received, ...rest } = header;
  return { ...rest, received: value.subarray(bodyAt, bodyAt + received), answered: value.subarray(bodyAt + received) };
};

/** Nothing of it holds the value in memory. Throws `log.too-new`. */
export const listedRefusal = (value: Buffer): ListedRefusal => {
  const { header, bodyAt } = read(value);
  const { received, ...rest } = header;
  const begins = Buffer.from(value.subarray(bodyAt, bodyAt + Math.min(received, refusalBeginsMax)));
  return { ...rest, begins, receivedBytes: received };
};
