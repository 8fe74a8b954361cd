import { FOLD_VERSION, type FoldMemory, Position, StateDigest } from '#domain';
import type { Certificate } from '../../directory/directory-event.js';
import type { EstablishmentLog } from '../../ports/establishment-log.js';
import type { TrustedKeys } from '../../ports/trusted-keys.js';
import { isFormerSignature } from '../signed-text.js';
import { foldAgain } from './fold-again.js';
import { type Check, check, type Verdict, verdictOf } from './verdict.js';

export interface CertificateVerification {
  readonly verdict: Verdict;
  readonly examined: { readonly events: number; readonly records: number };
  readonly checks: readonly Check[];
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
    private readonly keys: TrustedKeys,
  ) {}

  /** Throws `log.*` where the log cannot be read: a gap is not a difference. */
  async verify(certificate: Certificate): Promise<CertificateVerification> {
    const { signature, ...document } = certificate;
    const signed = this.keys.verify('certificate', document, { signature, keyId: certificate.keyId });
    const { logId, last } = await this.log.range(certificate.establishment);
    const builtTo = Position.parse(certificate.builtTo);
    const inLog = Position.of(Math.min(builtTo, last));
    const { definition } = certificate;
    const checks = [
      check(isFormerSignature(certificate.keyId) ? 'signature, in the former form' : 'signature', 'valid', signed),
      check('fold version', certificate.foldVersion, FOLD_VERSION),
      check('log', certificate.logId, logId),
      check('newest event that counts', builtTo, inLog),
      check('timeline', certificate.timeline, definition.number),
      check('cut', certificate.cut, 'parent' in definition ? definition.cut : certificate.cut),
      check('gaps', 0, certificate.gaps.length),
    ];
    const { state, progress, events } = await foldAgain(this.log, certificate, inLog);
    const { stateDigest, records } = digestOf(state);
    const parked = state.parked.map(({ recorded }) => recorded.position).join(' ');
    checks.push(
      check('events', certificate.events, events),
      check('log hash', certificate.logHash, Buffer.from(progress.chainHash).toString('hex')),
      check('records', certificate.records, records),
      check('parked', certificate.parked.join(' '), parked),
      check('state digest', certificate.stateDigest, stateDigest),
    );
    return { verdict: verdictOf(checks, [events, records]), examined: { events, records }, checks };
  }
}
