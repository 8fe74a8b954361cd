import type { Establishment } from '#domain';
import { insKinds, isIns } from './mapping/identifier.js';
import type { Mapping } from './mapping/mapping.js';
import type { Composite } from './message/segment.js';

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

/** Where real feeds name establishments; which one it is has no say in where a record goes (contract, section 3). */
const finessPlaces: readonly (readonly [string, readonly (readonly [number, readonly number[]])[]])[] = [
  ['MSH', [[4, [1, 2]]]],
  [
    'PID',
    [
      [3, [4]],
      [18, [4]],
      [34, [4, 6]],
    ],
  ],
  [
    'PV1',
    [
      [3, [4]],
      [19, [4]],
    ],
  ],
  [
    'ZBE',
    [
      [1, [2, 3]],
      [7, [6]],
      [8, [6]],
    ],
  ],
];

const isForeign = (name: string, { finess, sites }: Establishment): boolean =>
  name.length === 9 && finessForm.test(name) && name !== finess && !sites.some((site) => site === name);

const namesForeign = (composite: Composite, components: readonly number[], establishment: Establishment): boolean => {
  // Most components are shorter than a FINESS number is.
  for (const component of components)
    if (
      composite.lengthOf(component) >= 9 &&
      (isForeign(composite.sub(component, 1), establishment) || isForeign(composite.sub(component, 2), establishment))
    )
      return true;
  return false;
};

const checkFiness = (mapping: Mapping): void => {
  const { sender, establishment } = mapping.context;
  for (const [name, fields] of finessPlaces) {
    const segment = mapping.message.first(name);
    if (segment === undefined) continue;
    for (const [field, components] of fields) {
      const composite = segment.first(field);
      if (composite && namesForeign(composite, components, establishment))
        findAt('finess-foreign', sender.foreignFiness, `${name}-${field}`, `${name}^1^${field}`, mapping);
    }
  }
};

/** What the sender's settings say of a message, whatever its type. */
export const checkPolicy = (mapping: Mapping): void => {
  checkIdentities(mapping);
  checkFiness(mapping);
};
