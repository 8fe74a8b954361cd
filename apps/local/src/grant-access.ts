import { KafkaAccess, KafkaClient } from '#kafka';
import type { LocalCertificates } from './certificates.js';
import { demoTerritory } from './demo-territory.js';

/** What `apps/grant` does for an installation: the rules of Kafka, as its administrator. */
export const grantAccess = async (brokers: string, certificates: LocalCertificates): Promise<void> => {
  const { authority: ca, certificate: cert, key } = certificates.read('reprise-admin');
  const client = new KafkaClient({ brokers: [brokers], ssl: () => ({ ca, cert, key }) });
  await new KafkaAccess(client, ['a', 'b']).grant(demoTerritory.establishments.map(({ finess }) => finess));
};
