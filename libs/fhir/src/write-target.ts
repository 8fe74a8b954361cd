import { Failure, RecordKey } from '#domain';
import { resourceTypes } from './resource-types.js';

export type WriteTarget =
  | { readonly kind: 'base' }
  | { readonly kind: 'type'; readonly type: string }
  | { readonly kind: 'record'; readonly type: string; readonly record: RecordKey };

const notSupported = (what: string, remedy: string): Failure =>
  new Failure('input.not-supported', `${what} is not supported`, remedy);

/** Conditional operations would need the record's present state, which the gateway does not have. */
export const conditional = (what: string): Failure =>
  notSupported(what, 'a gateway does not know the present state: write by id (PUT {Type}/{id}) and without conditions');

/** A path relative to the FHIR base, or the `url` of a Bundle's entry. Nothing of it is repeated in an error: a query may name a patient. */
export const writeTarget = (path: string): WriteTarget => {
  if (path.includes('?')) throw conditional('a conditional operation (a URL with a query)');
  const [type, id, ...rest] = path.replace(/^\/|\/$/g, '').split('/');
  if (type === undefined || type === '') return { kind: 'base' };
  if (path.includes('$')) throw notSupported('an operation ($name)', 'write with PUT, POST, PATCH, DELETE or a Bundle');
  if (path.includes('_history') || rest.length > 0)
    throw notSupported('a write to this URL', 'write to {Type}/{id}, {Type} or the base');
  if (!resourceTypes.has(type))
    throw new Failure('input.invalid', 'the URL names no resource type of FHIR R4', 'for example Patient/123');
  return id === undefined ? { kind: 'type', type } : { kind: 'record', type, record: RecordKey.parse(`${type}/${id}`) };
};
