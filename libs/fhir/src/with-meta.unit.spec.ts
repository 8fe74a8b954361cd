import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Instant } from '#domain';
import { withMeta } from './with-meta.js';

const lastUpdated = Instant.parse('2026-11-20T13:30:00.250Z');
const meta = { id: 'new', versionId: '1-812', lastUpdated };
const served = (content: string): string => withMeta(Buffer.from(content), meta).toString('utf8');
const own = '"versionId":"1-812","lastUpdated":"2026-11-20T13:30:00.250Z"';

describe('withMeta', () => {
  it.each([
    ['{"resourceType":"Basic"}', `{"resourceType":"Basic","id":"new","meta":{${own}}}`],
    ['{"resourceType":"Basic","id":"old"}', `{"resourceType":"Basic","meta":{${own}},"id":"new"}`],
    ['{"id":"old","x":1.30}', `{"meta":{${own}},"id":"new","x":1.30}`],
    ['{}', `{"id":"new","meta":{${own}}}`],
    ['{"meta":{},"id":"new"}', `{"meta":{${own}},"id":"new"}`],
    ['{"meta":{"tag":[]},"id":"a"}', `{"meta":{${own},"tag":[]},"id":"new"}`],
    [
      '{"id":"a","meta":{"versionId":"7","source":"s"}}',
      `{"id":"new","meta":{"lastUpdated":"2026-11-20T13:30:00.250Z","versionId":"1-812","source":"s"}}`,
    ],
    ['{"id":"a","meta":null}', `{"id":"new","meta":{${own}}}`],
  ])('%s', (sent, expected) => {
    expect(served(sent)).toBe(expected);
  });

  it('looks at the top level only, and leaves white space, number forms and unknown members as sent', () => {
    const sent =
      '{\n  "contained": [ {"id":"c","meta":{"versionId":"x"}} ],\n  "resourceType" : "Observation",\n  "v" : 1.30, "\\u0069d" : "old" }';
    expect(served(sent)).toBe(
      `{\n  "contained": [ {"id":"c","meta":{"versionId":"x"}} ],\n  "resourceType" : "Observation","meta":{${own}},\n  "v" : 1.30, "\\u0069d" : "new" }`,
    );
  });

  it('then JSON.parse = the object with the three members', () => {
    const resource = fc.record(
      {
        resourceType: fc.constant('Patient'),
        id: fc.string(),
        meta: fc.record(
          { versionId: fc.string(), source: fc.string(), lastUpdated: fc.string() },
          { requiredKeys: [] },
        ),
        extra: fc.jsonValue(),
        '"quoted"': fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(resource, fc.constantFrom(undefined, 3), (sent, indent) => {
        const got: unknown = JSON.parse(served(JSON.stringify(sent, undefined, indent)));
        const before = JSON.parse(JSON.stringify(sent)) as typeof sent;
        expect(got).toEqual({
          ...before,
          id: 'new',
          meta: { ...before.meta, versionId: '1-812', lastUpdated: '2026-11-20T13:30:00.250Z' },
        });
      }),
    );
  });
});
