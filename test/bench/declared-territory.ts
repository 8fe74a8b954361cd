import { Instant, type Sender } from '#domain';
import { KafkaClient, KafkaDirectoryLog, LogTopics } from '#kafka';
import { establishment, territory } from './observations.js';

export const senderName = 'his-bench';

const sender: Sender = {
  name: senderName,
  finess: establishment,
  language: 'fr',
  foreignFiness: 'warn',
  testIdentities: 'warn',
  productionIdentities: 'accept',
  acknowledgement: 'as-asked',
  incarnation: 1,
};

/** The topics, and one territory of one establishment with one sender in the directory. */
export const declareTerritory = async (brokers: string): Promise<void> => {
  const client = new KafkaClient({ brokers: [brokers] });
  await new LogTopics(client, 1).ensure([establishment]);
  const directory = new KafkaDirectoryLog(client);
  const said = { v: 1, at: Instant.of(0), by: 'bench' } as const;
  const { name, finess } = { name: 'CH du banc (démo)', finess: establishment };
  await directory.append({ ...said, kind: 'territory-declared', code: territory, name: 'GHT du banc (démo)' });
  await directory.append({
    ...said,
    kind: 'establishment-declared',
    establishment: { finess, name, sites: [], timeZone: 'Europe/Paris' },
  });
  await directory.append({ ...said, kind: 'sender-declared', sender });
  const membership = { territory, establishment, role: 'support', from: '2026-01-01T00:00:00Z' } as const;
  await directory.append({ ...said, kind: 'membership-declared', membership });
  await directory.close();
};
