import { describe, expect, it } from 'vitest';
import { inFrench } from './french-failures.js';

describe('what is wrong with rules and certificates', () => {
  it.each([
    ['Kafka: mallory may WRITE topic all beginning with reprise., which nobody needs', 'Kafka : mallory peut WRITE'],
    [
      'Kafka: nothing says that reprise-control may READ topic reprise.directory',
      'Kafka : rien ne dit que reprise-control',
    ],
    ['Kafka: broker 1: authorizer.class.name is not set', "Kafka : broker 1 : authorizer.class.name n'est pas défini"],
    ['Kafka has no rules: whoever reaches its port may read, write and delete the logs', "Kafka n'a pas de règles"],
    ['tls.crt of control (kafka) ends at 2027-01-01T00:00:00.000Z', 'tls.crt du contrôle (kafka) expire le 2027'],
    ['the certificate of gateway a has ended at 2027-01-01T00:00:00.000Z', 'le certificat de gateway a a expiré'],
    ['put a new one into its file: it is read without a restart (deploy/README.md)', 'en déposer un nouveau'],
  ])('is said in French: %s', (english, french) => {
    expect(inFrench(english)).toContain(french);
  });
});
