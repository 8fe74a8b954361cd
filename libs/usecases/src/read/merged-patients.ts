import { isObject, type Json, RecordKey } from '#domain';
import type { Place, ReplicaReader } from '../ports/replica-reader.js';

/**
 * A person has a handful of records; what says more is no person, and is not followed to its end.
 * @limit Reader | records of one person that merges are followed through | the rest is not
 */
const followedMax = 100;

const isPatient = (key: RecordKey): boolean => RecordKey.type(key) === 'Patient';

const patientsReplacedBy = (content: Uint8Array): readonly RecordKey[] => {
  if (!Buffer.from(content.buffer, content.byteOffset, content.byteLength).includes('"replaces"')) return [];
  const { link } = JSON.parse(Buffer.from(content).toString('utf8')) as { readonly link?: Json };
  return (Array.isArray(link) ? (link as readonly Json[]) : []).flatMap((one) => {
    const other = isObject(one) && one['type'] === 'replaces' ? one['other'] : undefined;
    const reference = isObject(other) ? other['reference'] : undefined;
    return typeof reference === 'string' && RecordKey.matches(reference) && isPatient(reference) ? [reference] : [];
  });
};

/**
 * These patients, and those that they replaced, through chains: a merge links records and moves nothing, so what was told of a person
 * under a former number stands there still (design, section 6: reads resolve it).
 */
export const withMerged = async (
  reader: ReplicaReader,
  place: Place,
  patients: readonly RecordKey[],
): Promise<readonly RecordKey[]> => {
  const all = new Set(patients);
  for (let asked = patients.filter(isPatient); asked.length > 0 && all.size < followedMax; ) {
    const answers = await Promise.all(asked.map((patient) => reader.read(place, patient)));
    const replaced = answers.flatMap((answer) =>
      answer?.found && !answer.found.deleted ? patientsReplacedBy(answer.found.content) : [],
    );
    asked = [...new Set(replaced)].filter((patient) => !all.has(patient));
    for (const patient of asked) all.add(patient);
  }
  return [...all];
};
