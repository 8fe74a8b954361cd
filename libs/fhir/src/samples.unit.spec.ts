import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Sender } from '#domain';
import { Failure, RecordKey, Instant } from '#domain';
import { patientOf } from './patient-of.js';
import { readWrite } from './read-write.js';
import { searchTokens } from './search-tokens.js';
import type { WriteContext } from './write-request.js';
import { withMeta } from './with-meta.js';

/** Public examples beside the project; read only where they are. */
const folder = join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'samples');
const folders = [
  'hl7-fhir-r4-examples',
  'smart-on-fhir-generated-sample-data',
  'smart-on-fhir-sample-bulk-10-patients',
  'inferno-reference-server-data',
];

interface Sample {
  readonly name: string;
  readonly body: Buffer;
}
const samples = (): readonly Sample[] =>
  folders.flatMap((one) =>
    readdirSync(join(folder, one))
      .filter((file) => file.endsWith('json'))
      .flatMap((file) => {
        const body = readFileSync(join(folder, one, file));
        return file.endsWith('.ndjson')
          ? body
              .toString('utf8')
              .split('\n')
              .filter((line) => line !== '')
              .map((line, i) => ({ name: `${file}:${i}`, body: Buffer.from(line) }))
          : [{ name: file, body }];
      }),
  );

const sender = { testIdentities: 'warn', productionIdentities: 'accept' } as unknown as Sender;
let next = 0;
const context: WriteContext = {
  sender,
  newId: () => `n${++next}`,
  derivedId: (uuid) => uuid.replaceAll(/[^A-Za-z0-9-]/g, '-').slice(-64),
};

/** As its sender would write it: a Bundle of requests to the base, everything else by PUT, or POST where it has no id. */
const requestOf = (body: Buffer): Parameters<typeof readWrite>[0] => {
  const { resourceType, id, type } = JSON.parse(body.toString('utf8')) as Record<string, string>;
  const path =
    resourceType === 'Bundle' && /^(?:transaction|batch|message|collection)$/.test(type ?? '') ? '' : `${resourceType}`;
  return path === '' || id === undefined
    ? { method: 'POST', path, headers: {}, body }
    : { method: 'PUT', path: `${path}/${id}`, headers: {}, body };
};

/** What the gateway cannot do, by the contract; all else goes in. */
const refusedByName: Readonly<Record<string, RegExp>> = {
  'Bundle-bundle-transaction.json': /ifNoneExist is not supported/,
  'Bundle-bundle-request-medsallergies.json': /only PUT, POST and DELETE/,
  'Bundle-bundle-request-simplesummary.json': /conditional operation|only PUT, POST and DELETE/,
  'Bundle-bundle-references.json': /the same record as an earlier entry|fullUrl of an earlier entry/,
};

describe.skipIf(!existsSync(folder))('the public examples', () => {
  it('are taken whole, but for what is refused by name', () => {
    const refusals: string[] = [];
    const all = samples();
    for (const { name, body } of all)
      try {
        for (const change of readWrite(requestOf(body), context).changes) {
          if (change.kind !== 'put') continue;
          const type = RecordKey.type(change.record);
          const meta = { id: RecordKey.id(change.record), versionId: '1-1', lastUpdated: Instant.of(0) };
          const sent = JSON.parse(Buffer.from(change.content).toString('utf8')) as { meta?: object };
          expect(JSON.parse(withMeta(change.content, meta).toString('utf8'))).toEqual({
            ...sent,
            id: meta.id,
            meta: { ...sent.meta, versionId: '1-1', lastUpdated: '1970-01-01T00:00:00.000Z' },
          });
          for (const token of searchTokens(type, change.content)) expect(token.length).toBeLessThanOrEqual(200);
          if (type !== 'Patient') expect(patientOf(type, change.content)).toBe(change.patient);
        }
      } catch (error) {
        if (!Failure.is(error)) throw error;
        if (!refusedByName[name]?.test(error.message)) refusals.push(`${name}: ${error.message}`);
      }
    expect(all.length).toBeGreaterThan(700);
    expect(refusals).toEqual([]);
  }, 60_000);
});
