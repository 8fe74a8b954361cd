import type { KeyObject } from 'node:crypto';
import { Failure, type Finess } from '#domain';
import type { Language } from '#fhir';
import type { SenderCaller } from '#platform';
import { type Directory, type Publisher, recordIds } from '#usecases';
import { SenderQuota } from './sender-quota.js';

/** The callers file says who is speaking, the directory with which settings, the secrets with which ids, the gate whether now. */
export class Publishers {
  private readonly ids = new Map<Finess, Publisher['idOf']>();

  constructor(
    private readonly directory: Directory,
    secrets: ReadonlyMap<Finess, KeyObject>,
    private readonly closedFor: (establishment: Finess) => Failure | undefined,
    private readonly quota = new SenderQuota(),
  ) {
    for (const [establishment, secret] of secrets) this.ids.set(establishment, recordIds(secret));
  }

  /** French where the directory does not know the sender. */
  languageOf({ name }: SenderCaller): Language {
    return this.directory.senders.get(name)?.language ?? 'fr';
  }

  /**
   * What keeps this sender from publishing now is a Failure `log.*`: nothing of it is the message's fault. `bytes` are of the message
   * that it wants to publish, unpacked: they count against its hour.
   */
  of(caller: SenderCaller, bytes = 0): Publisher | Failure {
    const { directory } = this;
    const sender = directory.senders.get(caller.name);
    const establishment = directory.establishments.get(caller.finess);
    if (!sender || !establishment || sender.finess !== caller.finess)
      return new Failure(
        'log.settings',
        `the directory does not declare ${caller.name} of ${caller.finess}`,
        'declare the sender and its establishment; what is sent again then is taken',
      );
    const idOf = this.ids.get(caller.finess);
    if (!idOf)
      return new Failure(
        'log.settings',
        `there is no secret for the record ids of ${caller.finess}`,
        'add it to the secrets file and start the gateway again',
      );
    const notNow = this.closedFor(caller.finess) ?? (bytes > 0 ? this.quota.take(caller.name, bytes) : undefined);
    return notNow ?? { sender, establishment, idOf };
  }
}
