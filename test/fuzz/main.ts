import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { knownParts } from '../known-parts.mjs';
import { fuzz } from './fuzz.js';
import type { Target } from './target.js';
import { cloudEventsTarget } from './targets/cloud-events.js';
import { fhirTarget } from './targets/fhir.js';
import { hl7Target } from './targets/hl7.js';
import { mllpTarget } from './targets/mllp.js';
import { representedTarget } from './targets/represented.js';

const targets: Readonly<Record<(typeof knownParts.fuzz)[number], () => Target>> = {
  hl7: hl7Target,
  mllp: mllpTarget,
  fhir: fhirTarget,
  cloudevents: cloudEventsTarget,
  represented: representedTarget,
};

const usage = `npm run fuzz -- ${Object.keys(targets).join('|')} [--minutes N] [--seed S] [--findings FOLDER]
  ends with 1 when there is a finding; each is made as short as it goes and written to FOLDER (.reprise/fuzz/TARGET unless said)`;

const main = async (): Promise<number> => {
  const options = { minutes: { type: 'string' }, seed: { type: 'string' }, findings: { type: 'string' } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [name = ''] = positionals;
  const known = knownParts.fuzz.find((one) => one === name);
  const target = known && targets[known];
  const [minutes, seed] = [Number(values.minutes ?? 1), Number(values.seed ?? Date.now() % 1_000_000)];
  if (!target || positionals.length !== 1 || !(minutes > 0 && minutes <= 1440) || !Number.isInteger(seed)) {
    console.error(usage);
    return 2;
  }
  const folder = values.findings ?? `.reprise/fuzz/${name}`;
  mkdirSync(folder, { recursive: true });
  const say = (line: string): void => console.error(line);
  say(`fuzzing ${name} for ${minutes} min, seed ${seed}`);
  const fuzzed = await fuzz(target(), { seed, msMax: minutes * 60_000, findingsMax: 10, folder, say });
  const { executions, seconds, corpus, functions, percent, findings } = fuzzed;
  console.log(
    `${name}: ${executions} executions in ${Math.round(seconds)} s (${Math.round(executions / seconds)}/s), ` +
      `${functions} functions reached and ${percent.toFixed(1)} % of their code, ${corpus} inputs kept, seed ${seed}, ` +
      `${findings.length} finding${findings.length === 1 ? '' : 's'}`,
  );
  return findings.length > 0 ? 1 : 0;
};

const code = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 2;
});
process.exit(code);
