import { relative } from 'node:path';
import type { Credentials } from './credentials.js';
import type { TerritoryFile } from './demo-territory.js';
import type { ReadyFile } from './ready-file.js';

/** The addresses and three commands to try; never a token. */
export const welcome = (
  ready: ReadyFile,
  credentials: Credentials,
  territory: TerritoryFile,
  options: { readonly seconds: string; readonly isDefault: boolean },
): string => {
  const nameOf = (finess: string): string => territory.establishments.find((e) => e.finess === finess)?.name ?? finess;
  const [first] = credentials.senders;
  const here = (path: string): string => {
    const short = relative(process.cwd(), path);
    return short.startsWith('..') ? path : short || '.';
  };
  const reprise = options.isDefault
    ? 'npx reprise'
    : `REPRISE_DATA_DIR=${here(ready.directory)} npx reprise --api ${ready.control}`;
  const token = `$(node -p 'JSON.parse(fs.readFileSync("${here(ready.credentials)}")).readers[0].token')`;
  const base = `${ready.readers.a}/establishments/${first?.finess ?? ''}/fhir`;
  return `
Reprise is ready after ${options.seconds} s. Ctrl-C stops all of it.

  control    ${ready.control}   where to go from here; API under /api
  gateway    ${ready.gateway}   FHIR and CloudEvents
${credentials.senders.map((s) => `  MLLP       127.0.0.1:${s.mllpPort}   ${s.name}, ${nameOf(s.finess)}, FINESS ${s.finess}`).join('\n')}
  MLLP/TLS   127.0.0.1:${ready.mllps}   any sender, by its certificate
  reader A   ${ready.readers.a}
  reader B   ${ready.readers.b}
  data       ${here(ready.directory)}   secrets in credentials.json, logs in logs/

Try:
  ${reprise} status
  ${reprise} messages --limit 5
  curl -s -H "Authorization: Bearer ${token}" '${base}/Patient?_count=2'
`;
};
