import { Finess, Instant, type Sender } from '#domain';
import { KafkaClient, KafkaDirectoryLog, LogTopics } from '#kafka';
import { establishment, territory } from './observations.js';

export interface BenchSender {
  readonly name: string;
  readonly finess: Finess;
}

export const mainSender: BenchSender = { name: 'his-bench', finess: establishment };
/** Those beside it: one that writes the same log, one with a log of its own. */
export const sameLogSender: BenchSender = { name: 'his-bench-beside', finess: establishment };
export const otherLogSender: BenchSender = { name: 'his-bench-elsewhere', finess: Finess.parse('990000010') };

export const settingsOf = ({ name, finess }: BenchSender): Sender => ({
  name,
  finess,
  language: 'fr',
  foreignFiness: 'warn',
  testIdentities: 'warn',
  productionIdentities: 'accept',
  acknowledgement: 'as-asked',
  incarnation: 1,
});

/** The topics, and one territory with these senders and their establishments in the directory. */
export const declareTerritory = async (brokers: string, senders = [mainSender]): Promise<void> => {
  const establishments = [...new Set(senders.map(({ finess }) => finess))];
  const client = new KafkaClient({ brokers: [brokers] });
  await new LogTopics(client, 1).ensure(establishments);
  const directory = new KafkaDirectoryLog(client);
  const said = { v: 1, at: Instant.of(0), by: 'bench' } as const;
  await directory.append({ ...said, kind: 'territory-declared', code: territory, name: 'GHT du banc (démo)' });
  for (const finess of establishments) {
    const declared = { finess, name: 'CH du banc (démo)', sites: [], timeZone: 'Europe/Paris' };
    await directory.append({ ...said, kind: 'establishment-declared', establishment: declared });
    const membership = { territory, establishment: finess, role: 'support', from: '2026-01-01T00:00:00Z' } as const;
    await directory.append({ ...said, kind: 'membership-declared', membership });
  }
  for (const sender of senders)
    await directory.append({ ...said, kind: 'sender-declared', sender: settingsOf(sender) });
  await directory.close();
};
