import { Failure, type Finess, Instant, RecordKey } from '#domain';
import { resourceTypes } from '#fhir';
import type { Caller } from '#platform';
import {
  type Directory,
  establishmentNamed,
  type MessageScope,
  messageStates,
  readMoment,
  refuseUnknownType,
  typeAsWritten,
} from '#usecases';
import { one, oneOf, type Query as Asked } from '../query.js';

/** A sender sees its own, whatever it asks for. */
const whose = (
  directory: Directory,
  query: Asked,
  caller: Caller,
): { readonly establishments: readonly Finess[]; readonly sender?: string } => {
  if (caller.kind === 'sender') return { establishments: [caller.finess], sender: caller.name };
  const [raw, sender] = [one(query, 'establishment'), one(query, 'sender')];
  const named = raw === undefined ? undefined : establishmentNamed(directory, raw);
  if (sender === undefined)
    return { establishments: named === undefined ? [...directory.establishments.keys()] : [named] };
  const finess = directory.senders.get(sender)?.finess;
  if (finess === undefined)
    throw new Failure(
      'not-found',
      `no sender "${sender.slice(0, 40)}" is declared`,
      `declared are: ${[...directory.senders.keys()].join(', ')}`,
    );
  return { establishments: [named ?? finess], sender };
};

const recordIn = (query: Asked): RecordKey | undefined => {
  const raw = one(query, 'record');
  if (raw === undefined) return undefined;
  const record = RecordKey.parse(raw);
  if (!resourceTypes.has(RecordKey.type(record)))
    throw new Failure(
      'input.invalid',
      `no type of records: "${RecordKey.type(record).slice(0, 40)}"`,
      'a resource type of FHIR R4, as in Patient/123',
    );
  return record;
};

const typeIn = (query: Asked): string | undefined => {
  const raw = one(query, 'type');
  if (raw === undefined) return undefined;
  const type = typeAsWritten(raw);
  // What is no word at all is refused before anything is searched; an unknown word once nothing was found.
  if (type.length > 40) refuseUnknownType(type);
  return type;
};

/** Which messages the query means. Throws `input.invalid`, `not-found`. */
export const readScope = (directory: Directory, query: Asked, caller: Caller, now: Instant): MessageScope => {
  const scope = whose(directory, query, caller);
  const [first] = scope.establishments;
  const timeZone = (first && directory.establishments.get(first)?.timeZone) ?? 'Europe/Paris';
  const moment = (name: string, future: 'refused' | 'taken'): Instant | undefined => {
    const raw = one(query, name);
    return raw === undefined ? undefined : readMoment(raw, { now, timeZone, future });
  };
  const [since, asked] = [moment('since', 'refused'), moment('until', 'taken')];
  // An end that is still to come leaves nothing out.
  const until = asked !== undefined && asked > now ? undefined : asked;
  if (since !== undefined && until !== undefined && since >= until)
    throw new Failure(
      'input.invalid',
      `since ${Instant.iso(since)} is not before until ${Instant.iso(until)}`,
      'since is the earlier of the two; until itself is not in it',
    );
  const [state, controlId] = [oneOf(query, 'state', messageStates), one(query, 'id')];
  const [warning, type, record] = [one(query, 'warning'), typeIn(query), recordIn(query)];
  return {
    ...scope,
    ...(state !== undefined && { state }),
    ...(controlId !== undefined && { controlId }),
    ...(warning !== undefined && { warning }),
    ...(type !== undefined && { type }),
    ...(record !== undefined && { record }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  };
};
