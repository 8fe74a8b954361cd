import { emptyChain, type Finess, FOLD_VERSION, FoldMemory, Instant, Position, StateDigest } from '#domain';
import type { Certificate } from '../../directory/directory-event.js';
import type { EstablishmentLog } from '../../ports/establishment-log.js';
import type { KeyStore } from '../../ports/key-store.js';
import type { Progress } from '../../ports/replica-store.js';
import { foldBatch, readEntries } from '../../replicate/fold-batch.js';
import { type Check, check, type Verdict, verdictOf } from './verdict.js';

export interface CertificateVerification {
  readonly verdict: Verdict;
  readonly examined: { readonly events: number; readonly records: number };
  readonly checks: readonly Check[];
}

interface Folded {
  readonly events: number;
  readonly records: number;
  readonly logHash: string;
  readonly stateDigest: string;
  readonly parked: readonly string[];
}

const digestOf = (state: FoldMemory): { readonly stateDigest: string; readonly records: number } => {
  const digest = new StateDigest();
  const byTypeAndId = [...state.heads]
    .map(([key, head]) => ({ sortKey: key.replace('/', '\u0000'), key, head }))
    .toSorted((a, b) => (a.sortKey < b.sortKey ? -1 : 1));
  for (const { key, head } of byTypeAndId) digest.add({ key, ...head });
  return {
    stateDigest: digest.finish(state.parked.map(({ recorded }) => recorded.position)),
    records: digest.records,
  };
};

/** Checks a certificate against its signature and, by folding again, against nothing but the log. */
export class VerifyCertificate {
  constructor(
    private readonly log: EstablishmentLog,
    private readonly keys: KeyStore,
  ) {}

  /** Throws `log.*` where the log cannot be read: a gap is not a difference. */
  async verify(certificate: Certificate): Promise<CertificateVerification> {
    const { signature, ...document } = certificate;
    const signed = this.keys.verify(document, { signature, keyId: certificate.keyId });
    const { logId, last } = await this.log.range(certificate.establishment);
    const builtTo = Position.parse(certificate.builtTo);
    const inLog = Position.of(Math.min(builtTo, last));
    const { definition } = certificate;
    const checks = [
      check('signature', 'valid', signed),
      check('fold version', certificate.foldVersion, FOLD_VERSION),
      check('log', certificate.logId, logId),
      check('newest event that counts', builtTo, inLog),
      check('timeline', certificate.timeline, definition.number),
      check('cut', certificate.cut, 'parent' in definition ? definition.cut : certificate.cut),
      check('gaps', 0, certificate.gaps.length),
    ];
    const found = await this.fold(certificate.establishment, certificate, inLog);
    checks.push(
      check('events', certificate.events, found.events),
      check('log hash', certificate.logHash, found.logHash),
      check('records', certificate.records, found.records),
      check('parked', certificate.parked.join(' '), found.parked.join(' ')),
      check('state digest', certificate.stateDigest, found.stateDigest),
    );
    const { events, records } = found;
    return { verdict: verdictOf(checks, [events, records]), examined: { events, records }, checks };
  }

  /** The function that runs live and in a rebuild, over memory that keeps contents because patches need them. */
  private async fold(establishment: Finess, { definition }: Certificate, to: Position): Promise<Folded> {
    const state = new FoldMemory(Instant.of(0));
    let progress: Progress = { logId: '', position: Position.none, chainHash: emptyChain, clock: Instant.of(0) };
    let events = 0;
    if (to !== Position.none)
      for await (const entries of this.log.read(establishment, Position.of(0), to)) {
        events += entries.length;
        ({ progress } = foldBatch(state, { entries, events: readEntries(entries) }, definition, progress));
      }
    return {
      events,
      ...digestOf(state),
      logHash: Buffer.from(progress.chainHash).toString('hex'),
      parked: state.parked.map(({ recorded }) => String(recorded.position)),
    };
  }
}
