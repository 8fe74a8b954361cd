/** A JSON Schema as resource definitions carry it. */
export interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly [keyword: string]: unknown;
}

const mapped = (properties: Readonly<Record<string, Schema>>): Readonly<Record<string, Schema>> =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, strict(schema)]));

/**
 * As an API server reads it with `--validate=strict`: a member that no property names is a fault, unless the schema keeps unknown
 * ones; a number or text where both are taken.
 */
export const strict = (schema: Schema): Schema => {
  const { properties, items, additionalProperties } = schema;
  if (schema['x-kubernetes-int-or-string'] === true) return { anyOf: [{ type: 'integer' }, { type: 'string' }] };
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true || additionalProperties !== undefined;
  return {
    ...schema,
    ...(properties && { properties: mapped(properties) }),
    ...(properties && !isOpen && { additionalProperties: false }),
    ...(items && { items: strict(items) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: strict(additionalProperties) }),
  };
};

export interface ResourceDefinition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } }[];
  };
}

/** Schema by the name under which kubeconform looks for it: `kafkauser-kafka-v1.json`. */
export const schemasOf = ({
  spec: { group, names, versions },
}: ResourceDefinition): readonly (readonly [string, Schema])[] =>
  versions.map(({ name, schema: { openAPIV3Schema } }) => {
    const { properties = {}, ...rest } = openAPIV3Schema;
    // What the API server itself takes of every resource is not in its definition.
    const whole = strict({
      ...rest,
      properties: {
        ...properties,
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: { type: 'object' },
      },
    });
    return [`${names.kind}-${group.split('.')[0]}-${name}.json`.toLowerCase(), whole];
  });
