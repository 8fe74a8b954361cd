import { Failure, type Sender } from '#domain';
import type { Directory } from '../../directory/directory.js';
import type { DirectoryEvent, IncarnationEvidence } from '../../directory/directory-event.js';
import { acceptedBy, type Decider } from '../restores/decide-restore.js';

export const senderNamed = (directory: Directory, name: string): Sender => {
  const sender = directory.senders.get(name);
  if (sender) return sender;
  const known = [...directory.senders.keys()].join(', ');
  throw new Failure('not-found', `no sender "${name.slice(0, 40)}" is declared`, `declared are: ${known || 'none'}`);
};

/**
 * The sender's next incarnation: what it sends from now on is never taken for a repetition of what it sent before. It cannot be taken
 * back. Throws `refused-by-policy` where neither evidence nor an operator's reason speaks for it, `not-found`.
 */
export const openIncarnation = (
  directory: Directory,
  name: string,
  order: Decider & { readonly reason: string; readonly evidence: readonly IncarnationEvidence[] },
): DirectoryEvent => {
  const sender = senderNamed(directory, name);
  const { by, at, reason, evidence } = order;
  if (reason === '' && evidence.length === 0)
    throw new Failure(
      'refused-by-policy',
      `nothing says that the numbering of ${name} began anew`,
      'where it did, say why: --reason',
    );
  const number = sender.incarnation + 1;
  const opened = { number, reason, evidence };
  return acceptedBy(directory, { v: 1, at, by, kind: 'incarnation-opened', sender: name, opened });
};
