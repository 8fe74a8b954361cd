import { describe, expect, it } from 'vitest';
import { schemasOf, strict } from './resource-schema.js';

describe('the schema of a resource', () => {
  it('refuses what no property names, at every depth, unless unknown members are kept or named by a pattern', () => {
    const text = { type: 'string' };
    expect(
      strict({
        properties: {
          one: { properties: { text } },
          many: { items: { properties: { text } } },
          map: { additionalProperties: { properties: { text } } },
          any: { properties: { text }, 'x-kubernetes-preserve-unknown-fields': true },
        },
      }),
    ).toMatchObject({
      additionalProperties: false,
      properties: {
        one: { additionalProperties: false },
        many: { items: { additionalProperties: false } },
        map: { additionalProperties: { additionalProperties: false } },
        any: expect.not.objectContaining({ additionalProperties: false }),
      },
    });
  });

  it('takes a number or a text where Kubernetes does', () => {
    expect(strict({ 'x-kubernetes-int-or-string': true })).toEqual({
      anyOf: [{ type: 'integer' }, { type: 'string' }],
    });
  });

  it('has the name under which it is looked for, and what every resource has', () => {
    const openAPIV3Schema = { type: 'object', properties: { spec: { properties: { a: { type: 'string' } } } } };
    const versions = [{ name: 'v1', schema: { openAPIV3Schema } }];
    const [[name, schema] = []] = schemasOf({
      spec: { group: 'kafka.strimzi.io', names: { kind: 'KafkaUser' }, versions },
    });
    expect(name).toBe('kafkauser-kafka-v1.json');
    expect(schema).toMatchObject({
      additionalProperties: false,
      properties: { apiVersion: {}, kind: {}, metadata: {} },
    });
  });
});
