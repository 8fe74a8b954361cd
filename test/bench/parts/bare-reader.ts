import { createServer } from 'node:http';
import pg from 'pg';
import { runPart } from './run-part.js';

export interface BareReader {
  readonly url: string;
  readonly port: number;
  readonly generation: number;
}

const connections = 8;

/** `http`, `pg` and one prepared select by key: no rights, no scope, no watermark, no audit. Serves until its bench is done. */
await runPart(async ({ url, port, generation }: BareReader, mark) => {
  const pool = new pg.Pool({ connectionString: url, max: connections });
  const text = `select v.content from heads_g${generation} as h
    join versions_g${generation} as v on v.type = h.type and v.id = h.id and v.position = h.position
    where h.type = $1 and h.id = $2`;
  const server = createServer((request, response) => {
    const [type = '', id = ''] = (request.url ?? '').split('/').slice(-2);
    pool
      .query<{ content: Buffer }>({ name: 'read', text, values: [type, id] })
      .then(({ rows: [row] }) => {
        response.writeHead(row ? 200 : 404, { 'content-type': 'application/fhir+json' });
        response.end(row?.content);
      })
      .catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await mark('begin');
  await new Promise(() => {});
});
