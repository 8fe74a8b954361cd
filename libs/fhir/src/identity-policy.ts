import type { Sender, Warning } from '#domain';
import { Failure } from '#domain';

type Loose = Readonly<Record<string, unknown>>;
const isLoose = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** ANS, OIDs of the INS: 8 NIR and 9 NIA of production, 10 test, 11 demonstration. */
const insSystem = /^(?:urn:oid:)?1\.2\.250\.1\.213\.1\.4\.(8|9|10|11)$/;

/** FR Core: a social-security number for billing (NSS) has the system of the INS-NIR and is told by its type, NH. */
const isBillingNumber = (identifier: Loose): boolean =>
  list(isLoose(identifier['type']) ? identifier['type']['coding'] : undefined).some(
    (coding) => isLoose(coding) && coding['code'] === 'NH',
  );

/** What the sender's settings say of the INS identities in a Patient. Throws `refused-by-policy`. */
export const identityWarnings = (patient: unknown, sender: Sender, location: string): readonly Warning[] => {
  if (!isLoose(patient) || patient['resourceType'] !== 'Patient') return [];
  return list(patient['identifier']).flatMap((identifier, index): readonly Warning[] => {
    if (!isLoose(identifier) || isBillingNumber(identifier)) return [];
    const system = identifier['system'];
    const root = typeof system === 'string' ? insSystem.exec(system)?.[1] : undefined;
    if (root === undefined) return [];
    const test = root === '10' || root === '11';
    const policy = test ? sender.testIdentities : sender.productionIdentities;
    const where = `${location}.identifier[${index}]`;
    const text = test ? 'an INS of test or demonstration' : 'an INS of production';
    if (policy === 'refuse')
      throw new Failure('refused-by-policy', `${where}: ${text}`, 'this sender is set to refuse it: ask the operator');
    return policy === 'warn' ? [{ code: test ? 'ins-test' : 'ins-production', location: where, text }] : [];
  });
};
