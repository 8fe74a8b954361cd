import { relative } from 'node:path';
import type { Credentials } from './credentials.js';
import type { TerritoryFile } from './demo-territory.js';
import type { ReadyFile } from './ready-file.js';

const firstPatient = JSON.stringify({ resourceType: 'Patient', id: 'premier', name: [{ family: 'DEMO' }] });

/** For `printf`, which makes its frame (VT, FS, CR) and line ends. */
const firstHl7 = [
  String.raw`\013MSH|^~\\&|HIS|DEMO|REPRISE|DEMO|20260310091500||ADT^A28^ADT_A05|premier-1|P|2.5`,
  'EVN||20260310091500',
  'PID|1||premier^^^HIS^PI||DEMO^PREMIER^^^^^L||19800101|F',
  String.raw`\034\r`,
].join(String.raw`\r`);

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
  const isClosed = ready.gateway.startsWith('https:');
  const curl = isClosed ? `curl -s --cacert ${here(credentials.ca)}` : 'curl -s';
  const port = first?.mllpPort ?? 0;
  const mllp = isClosed
    ? `timeout 2 openssl s_client -quiet -connect 127.0.0.1:${port} -CAfile ${here(credentials.ca)} -cert ${here(first?.cert ?? '')} -key ${here(first?.key ?? '')} 2> /dev/null`
    : `curl -s --max-time 2 telnet://127.0.0.1:${port}`;
  const path = `/establishments/${first?.finess ?? ''}/fhir`;
  const feed = `
Nothing is fed (--quiet-feed): the commands below show nothing before somebody sends. A first message:
  ${curl} -X PUT -H "Authorization: Bearer ${tokenOf('senders')}" -H 'Content-Type: application/fhir+json' -d '${firstPatient}' '${ready.gateway}${path}/Patient/premier'
And one of HL7 v2 over MLLP, with its acknowledgement:
  printf '${firstHl7}' | ${mllp} | tr '\\r' '\\n'
`;
  return `
Reprise is ready after ${options.seconds} s. Ctrl-C stops all of it.

  control    ${ready.control}   where to go from here; API under /api
  gateway    ${ready.gateway}   FHIR and CloudEvents
${credentials.senders.map((s) => `  ${isClosed ? 'MLLP/TLS' : 'MLLP    '}   127.0.0.1:${s.mllpPort}   ${s.name}, ${nameOf(s.finess)}, FINESS ${s.finess}${isClosed ? ', with its certificate' : ''}`).join('\n')}
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
