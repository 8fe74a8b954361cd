import { readFileSync } from 'node:fs';
import type { Establishment } from '#domain';
import { Count, runApp, Text, trustAlso, Url } from '#platform';
import { Hospital } from './hospital.js';
import { MllpSender } from './mllp-sender.js';
import { publish, type Tally } from './publish.js';

class SimulatorConfiguration {
  /** The local system's credentials: senders with their tokens and MLLP ports. */
  @Text() credentialsFile: string;
  @Text() territoryFile: string;
  @Url() gatewayUrl: string;
  /** Messages a second, all hospitals together. */
  @Count() rate: number;
  @Count() seed: number;
}

interface Credentials {
  readonly senders: readonly {
    readonly name: string;
    readonly finess: string;
    readonly token: string;
    readonly mllpPort: number;
    readonly cert: string;
    readonly key: string;
  }[];
  readonly ca: string;
}

const read = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T;

await runApp('simulator', SimulatorConfiguration, async (settings, log) => {
  const { senders, ca } = read<Credentials>(settings.credentialsFile);
  const isClosed = settings.gatewayUrl.startsWith('https:');
  const authorities = readFileSync(ca, 'utf8');
  if (isClosed) trustAlso(authorities);
  const { establishments } = read<{ readonly establishments: readonly Establishment[] }>(settings.territoryFile);
  const era = Math.floor(Date.now() / 1000)
    .toString(36)
    .toUpperCase();
  const stop = new AbortController();
  const tally: Tally = { acknowledged: 0, refused: 0, sentAgain: 0 };
  const running = senders.map((sender, index) => {
    const zone = establishments.find(({ finess }) => finess === sender.finess)?.timeZone ?? 'Europe/Paris';
    const source = { finess: sender.finess, application: sender.name.toUpperCase(), timeZone: zone };
    const doors = {
      mllp: new MllpSender(
        '127.0.0.1',
        sender.mllpPort,
        isClosed ? { ca: authorities, cert: readFileSync(sender.cert), key: readFileSync(sender.key) } : undefined,
      ),
      fhirBase: `${settings.gatewayUrl}/establishments/${sender.finess}/fhir`,
      token: sender.token,
    };
    const hospital = new Hospital(source, settings.seed + index, `${era}${index}`);
    return publish(hospital, doors, settings.rate / senders.length, tally, stop.signal).finally(() =>
      doors.mllp.close(),
    );
  });
  const every = setInterval(() => {
    log.info('feed.published', { count: tally.acknowledged });
    if (tally.refused > 0) log.warn('feed.refused', { count: tally.refused });
  }, 10_000);
  return {
    close: async () => {
      clearInterval(every);
      stop.abort();
      await Promise.all(running);
    },
  };
});
