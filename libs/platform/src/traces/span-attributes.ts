import type { SpanFields } from '#usecases';

/** Of a request to a door: what OpenTelemetry calls them. `route` is the pattern, never the address: that may hold a name. */
export interface RequestFields {
  readonly method?: string;
  readonly route?: string;
  readonly status?: number;
}

export type TraceFields = SpanFields & RequestFields;

/** The closed list: what is not in it leaves no process. */
const attributeOf = {
  sender: 'reprise.sender',
  establishment: 'reprise.establishment',
  label: 'reprise.label',
  position: 'reprise.position',
  outcome: 'reprise.outcome',
  replica: 'reprise.replica',
  method: 'http.request.method',
  route: 'http.route',
  status: 'http.response.status_code',
} as const satisfies Record<keyof TraceFields, string>;

const known = /^(?:[A-Z]{3}\^[A-Z]\d\d|(?:POST|PUT|PATCH|DELETE) [A-Z][A-Za-z]{2,40}|Bundle (?:batch|transaction))$/;

/** A label that is none of ours may be anything that a message held. */
const isTellable = (name: string, value: unknown): boolean =>
  (typeof value === 'string' || typeof value === 'number') && (name !== 'label' || known.test(String(value)));

export const spanAttributes = (fields: TraceFields): Record<string, string | number> => {
  const attributes: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(fields) as [keyof TraceFields, string | number | undefined][])
    if (Object.hasOwn(attributeOf, name) && value !== undefined && isTellable(name, value))
      attributes[attributeOf[name]] = value;
  return attributes;
};
