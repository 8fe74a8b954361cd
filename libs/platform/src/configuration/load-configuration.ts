import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';

/** Wrong settings stop the boot with exit code 2; `faults` has one sentence per setting. */
export class ConfigurationFault extends Error {
  override readonly name = 'ConfigurationFault';
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
  }
}

/** `gatewayPort` is read from `REPRISE_GATEWAY_PORT`. */
export const keyOf = (property: string): string =>
  `REPRISE_${property.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

/** Every property of a configuration class carries a decorator of `settings.ts`, which is how we know it. */
const propertiesOf = (Configuration: new () => object): readonly string[] => [
  ...new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(Configuration, '', false, false)
      .map(({ propertyName }) => propertyName),
  ),
];

/**
 * Reads the `REPRISE_*` variables of one app into its configuration class, frozen. Throws `ConfigurationFault` with every
 * missing, unknown and malformed key at once. Values are never repeated in a fault: a URL carries a password.
 * The environment is read here and nowhere else.
 */
export const loadConfiguration = <C extends object>(
  Configuration: new () => C,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<C> => {
  const properties = propertiesOf(Configuration);
  const known = new Map(properties.map((property) => [keyOf(property), property]));
  const unknown = Object.keys(environment).filter((key) => key.startsWith('REPRISE_') && !known.has(key));
  const given: Record<string, string> = {};
  for (const [key, property] of known) {
    const value = environment[key];
    if (value !== undefined && value !== '') given[property] = value;
  }
  const configuration = plainToInstance(Configuration, given);
  const faults = validateSync(configuration, { stopAtFirstError: true, forbidUnknownValues: false }).map(
    ({ property, constraints }) =>
      given[property] === undefined
        ? `${keyOf(property)} is missing`
        : `${keyOf(property)} ${Object.values(constraints ?? {}).join(', ')}`,
  );
  faults.push(...unknown.map((key) => `${key} is not a setting of this app`));
  if (faults.length > 0) throw new ConfigurationFault(faults.toSorted());
  return Object.freeze(configuration);
};
