import { relative } from 'node:path';
import type { Credentials } from './credentials.js';
import type { TerritoryFile } from './demo-territory.js';
import type { ReadyFile } from './ready-file.js';

const firstPatient = JSON.stringify({ resourceType: 'Patient', id: 'premier', name: [{ family: 'DEMO' }] });

/** The addresses and commands to try, the first message among them where nobody else sends one; never a token. */
export const welcome = (
  ready: ReadyFile,
  credentials: Credentials,
  territory: TerritoryFile,
  options: { readonly seconds: string; readonly isDefault: boolean; readonly quietFeed: boolean },
): string => {
  const nameOf = (finess: string): string => territory.establishments.find((e) => e.finess === finess)?.name ?? finess;
  const [first] = credentials.senders;
  const here = (path: string): string => {
    const short = relative(process.cwd(), path);
    return short.startsWith('..') ? path : short || '.';
  };
  const reprise = options.isDefault ? 'npx reprise' : `REPRISE_DATA_DIR=${here(ready.directory)} npx reprise`;
  const tokenOf = (caller: 'readers' | 'senders'): string =>
    `$(node -p 'JSON.parse(fs.readFileSync("${here(ready.credentials)}")).${caller}[0].token')`;
  const curl = ready.gateway.startsWith('https:') ? `curl -s --cacert ${here(credentials.ca)}` : 'curl -s';
  const path = `/establishments/${first?.finess ?? ''}/fhir`;
  const feed = `
Nothing is fed (--quiet-feed): the commands below show nothing before somebody sends. A first message:
  ${curl} -X PUT -H "Authorization: Bearer ${tokenOf('senders')}" -H 'Content-Type: application/fhir+json' -d '${firstPatient}' '${ready.gateway}${path}/Patient/premier'
`;
  return `
Reprise is ready after ${options.seconds} s. Ctrl-C stops all of it.

  control    ${ready.control}   where to go from here; API under /api
  gateway    ${ready.gateway}   FHIR and CloudEvents
${credentials.senders.map((s) => `  MLLP       127.0.0.1:${s.mllpPort}   ${s.name}, ${nameOf(s.finess)}, FINESS ${s.finess}`).join('\n')}
  MLLP/TLS   127.0.0.1:${ready.mllps}   any sender, by its certificate
  reader A   ${ready.readers.a}
  reader B   ${ready.readers.b}
  data       ${here(ready.directory)}   secrets in credentials.json, logs in logs/
${options.quietFeed ? feed : ''}
Try:
  ${reprise} status
  ${reprise} messages --limit 5
  ${curl} -H "Authorization: Bearer ${tokenOf('readers')}" '${ready.readers.a}${path}/Patient?_count=2'
`;
};
