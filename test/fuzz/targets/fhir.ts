import assert from 'node:assert/strict';
import { operationOutcome, type WriteRequest, writeResponse } from '#fhir';
import { takenOutcome } from '../../../apps/gateway/src/fhir/outcome.js';
import { bundles, encounter, jsonWords, observation, patient } from '../json-seeds.js';
import { playedCapture, publisher } from '../played-capture.js';
import type { Target } from '../target.js';

const methods = ['PUT', 'POST', 'PATCH', 'DELETE'] as const;

const seed = (method: string, path: string, body: unknown, type = 'application/fhir+json'): Buffer =>
  Buffer.from(`${method} ${path}\n${type}\n${body === undefined ? '' : JSON.stringify(body)}`);

/** The first line is method and path, the second the content type, the rest the body. */
export const requestIn = (input: Buffer): WriteRequest => {
  const [first, second] = [input.indexOf(0x0a), input.indexOf(0x0a, input.indexOf(0x0a) + 1)];
  const [named = '', ...path] = input.toString('utf8', 0, Math.max(0, first)).split(' ');
  const method = methods.find((known) => known === named) ?? 'PUT';
  const contentType = input.toString('latin1', first + 1, Math.max(first + 1, second));
  return { method, path: path.join(' '), headers: { 'content-type': contentType }, body: input.subarray(second + 1) };
};

/** A write, twice with one key: captured, answered, followed, stored and printed. */
export const fhirTarget = (): Target => ({
  format: { delimiters: '{}[]:,"/ \n', separators: ',', words: jsonWords },
  seeds: [
    seed('PUT', 'Patient/p1', patient),
    seed('PUT', 'Observation/o1', observation),
    seed('POST', 'Encounter', encounter),
    seed('PATCH', 'Patient/p1', { active: false, name: null, contact: [] }, 'application/merge-patch+json'),
    seed('DELETE', 'Patient/p1', undefined),
    ...bundles.map((bundle) => seed('POST', '', bundle)),
    seed('PUT', 'Bundle/b1', bundles[3]),
    seed('PUT', 'Binary/x', { resourceType: 'Binary', id: 'x', contentType: 'text/plain', data: 'ZXNzYWk=' }),
  ],
  code: /\/dist\/libs\/(?:fhir|domain)\//,
  run: async (input) => {
    const { capture, refusals } = playedCapture();
    const write = requestIn(input);
    for (const messageId of ['', 'key', 'key']) {
      const before = refusals();
      const captured = await capture.fhir(publisher, write, { messageId, told: '200' });
      assert.notEqual(captured.outcome, 'not-now');
      assert.equal(refusals() - before, captured.outcome === 'refused' ? 1 : 0);
      if (captured.outcome !== 'durable') continue;
      const { written, position, warnings } = captured;
      JSON.stringify(takenOutcome(position, warnings, 'fr'));
      const entries = (written.entries ?? []).map((entry) =>
        'failure' in entry ? { status: '422', outcome: operationOutcome(entry.failure, 'fr') } : entry,
      );
      JSON.parse(writeResponse('batch', '/base', entries).toString('utf8'));
    }
  },
});
