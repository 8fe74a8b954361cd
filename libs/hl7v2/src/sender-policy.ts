import { insKinds, isIns } from './mapping/identifier.js';
import type { Mapping } from './mapping/mapping.js';

const finessForm = /^\d[\dAB]\d{7}$/;

type Finding = 'finess-foreign' | 'ins-test' | 'ins-production';

const findAt = (finding: Finding, setting: string, warnAt: string, refuseAt: string, mapping: Mapping): void => {
  if (setting === 'refuse') mapping.findings.refuse(finding, refuseAt);
  else if (setting === 'warn') mapping.warn(finding, warnAt);
};

/** INS of test and of production, each by the sender's setting. */
const checkIdentities = (mapping: Mapping): void => {
  const { sender } = mapping.context;
  for (const pid of mapping.message.all('PID'))
    pid.repetitions(3).forEach((identifier, index) => {
      const kind = isIns(identifier) ? insKinds[identifier.sub(4, 2)] : undefined;
      const [warnAt, refuseAt] = [`PID-3[${index + 1}]`, `PID^${pid.sequence}^3`];
      if (kind?.nature === 'test') findAt('ins-test', sender.testIdentities, warnAt, refuseAt, mapping);
      if (kind?.nature === 'production')
        findAt('ins-production', sender.productionIdentities, warnAt, refuseAt, mapping);
    });
};

const isForeign = (name: string, own: ReadonlySet<string>): boolean =>
  name.length === 9 && finessForm.test(name) && !own.has(name);

/** Where real feeds name establishments; which one it is has no say in where a record goes (contract, section 3). */
const finessPlaces: readonly (readonly [string, number, readonly number[]])[] = [
  ['MSH', 4, [1, 2]],
  ['PID', 3, [4]],
  ['PID', 18, [4]],
  ['PID', 34, [4, 6]],
  ['PV1', 19, [4]],
  ['PV1', 3, [4]],
  ['ZBE', 1, [2, 3]],
  ['ZBE', 7, [6]],
  ['ZBE', 8, [6]],
];

const checkFiness = (mapping: Mapping): void => {
  const { sender, establishment } = mapping.context;
  const own = new Set<string>([establishment.finess, ...establishment.sites]);
  for (const [name, field, components] of finessPlaces) {
    const composite = mapping.message.first(name)?.first(field);
    const names = (component: number): boolean =>
      composite !== undefined &&
      (isForeign(composite.sub(component, 1), own) || isForeign(composite.sub(component, 2), own));
    if (components.some(names))
      findAt('finess-foreign', sender.foreignFiness, `${name}-${field}`, `${name}^1^${field}`, mapping);
  }
};

/** What the sender's settings say of a message, whatever its type. */
export const checkPolicy = (mapping: Mapping): void => {
  checkIdentities(mapping);
  checkFiness(mapping);
};
