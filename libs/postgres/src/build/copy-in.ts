import type pg from 'pg';

// PostgreSQL 18, section 54.7: CopyData is 'd' and its length, CopyDone is 'c' and a length of 4.
const copyDone = Buffer.from([0x63, 0, 0, 0, 4]);
/** The server takes in one CopyData whole before it looks at it. */
const frameBytes = 256 * 1024;

const frameHead = (size: number): Buffer => {
  const head = Buffer.allocUnsafe(5);
  head[0] = 0x64;
  head.writeUInt32BE(size + 4, 1);
  return head;
};

/**
 * Statements of which some are `copy ... from stdin`, and what these take in, sent together: no answer is waited for between
 * them. A server that has refused one ignores the data that is still on its way (section 54.2.6).
 */
class CopyIn {
  private readonly ended = Promise.withResolvers<void>();
  readonly done = this.ended.promise;

  constructor(
    private readonly text: string,
    private readonly inputs: readonly Buffer[],
    private readonly begun: () => void,
  ) {}

  submit(connection: pg.Connection): void {
    const { stream } = connection;
    stream.cork();
    connection.query(this.text);
    for (const input of this.inputs) {
      for (let at = 0; at < input.byteLength; at += frameBytes) {
        const frame = input.subarray(at, at + frameBytes);
        stream.write(frameHead(frame.byteLength));
        stream.write(frame);
      }
      stream.write(copyDone);
    }
    stream.uncork();
  }

  handleCopyInResponse(): void {
    this.begun();
  }

  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}

  handleReadyForQuery(): void {
    this.ended.resolve();
  }

  handleError(error: Error): void {
    this.ended.reject(error);
  }
}

/**
 * One input for each `copy ... from stdin` of the text; they are in use until this has ended. `begun` is called when what stands
 * before a COPY is done.
 */
export const copyIn = (
  client: pg.ClientBase,
  text: string,
  inputs: readonly Buffer[],
  begun: () => void = () => {},
): Promise<void> => client.query(new CopyIn(text, inputs, begun)).done;
