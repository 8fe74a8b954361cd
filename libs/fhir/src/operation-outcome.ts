import type { FailureCode, Warning } from '#domain';
import { Failure } from '#domain';
import type { Issue, IssueCode } from './issue.js';
import { inLanguage, type Language, said } from './in-language.js';
import { InvalidContent } from './issue.js';

export interface OperationOutcome {
  readonly resourceType: 'OperationOutcome';
  readonly issue: readonly {
    readonly severity: 'error' | 'warning' | 'information';
    readonly code: IssueCode | 'informational';
    readonly details?: { readonly text?: string; readonly coding?: readonly { readonly code: string }[] };
    readonly diagnostics?: string;
    readonly expression?: readonly string[];
  }[];
}

/** Every failure as an issue: its code and one fixed sentence in two languages. What is particular goes into `diagnostics`. */
const sentences = {
  'input.invalid': {
    code: 'invalid',
    fr: 'Contenu invalide : il ne sera jamais accepté tel quel.',
    en: 'Invalid content: it will never be accepted as it is.',
  },
  'input.too-large': { code: 'too-long', fr: 'Message trop grand : à découper.', en: 'Message too large: split it.' },
  'input.not-supported': { code: 'not-supported', fr: 'Fonction non prise en charge.', en: 'Not supported.' },
  'caller.unknown': { code: 'unknown', fr: 'Appelant inconnu.', en: 'Unknown caller.' },
  'caller.forbidden': { code: 'forbidden', fr: 'Accès refusé à cet appelant.', en: 'This caller may not do this.' },
  'caller.too-much': {
    code: 'throttled',
    fr: 'Trop de demandes à la fois de cet appelant.',
    en: 'Too many requests of this caller at a time.',
  },
  'not-found': { code: 'not-found', fr: 'Introuvable.', en: 'Not found.' },
  gone: { code: 'deleted', fr: 'Supprimé.', en: 'Deleted.' },
  'too-old': {
    code: 'incomplete',
    fr: "Les données sont plus anciennes que l'âge demandé.",
    en: 'The data is older than the age asked for.',
  },
  busy: { code: 'throttled', fr: 'Occupé : réessayer plus tard.', en: 'Busy: try again later.' },
  'refused-by-policy': {
    code: 'business-rule',
    fr: "Refusé par les règles de l'établissement.",
    en: 'Refused by the establishment’s rules.',
  },
  'verification.differs': {
    code: 'exception',
    fr: 'La vérification a trouvé une différence.',
    en: 'Verification found a difference.',
  },
  'log.unreachable': {
    code: 'transient',
    fr: 'Journal injoignable : réessayer plus tard.',
    en: 'Log unreachable: try again later.',
  },
  'log.settings': {
    code: 'no-store',
    fr: 'Réglage du journal incorrect : rien ne peut être enregistré.',
    en: 'Wrong log setting: nothing can be stored.',
  },
  'log.gap': { code: 'incomplete', fr: 'Le journal a une lacune.', en: 'The log has a gap.' },
  'log.truncated': {
    code: 'incomplete',
    fr: 'Le journal est plus court que ce qui a été appliqué.',
    en: 'The log is shorter than what was applied.',
  },
  'log.replaced': {
    code: 'exception',
    fr: 'Le journal a été remplacé par un autre.',
    en: 'The log was replaced by another one.',
  },
  'log.too-new': {
    code: 'not-supported',
    fr: 'Le journal a été écrit par une version plus récente.',
    en: 'The log was written by a newer version.',
  },
  'replica.unreachable': {
    code: 'transient',
    fr: 'Réplica injoignable : réessayer plus tard.',
    en: 'Replica unreachable: try again later.',
  },
  'replica.diverged': {
    code: 'exception',
    fr: 'Le réplica diffère du journal.',
    en: 'The replica differs from the log.',
  },
  'replica.other-fold': {
    code: 'exception',
    fr: 'Le réplica a été construit par une autre version du calcul.',
    en: 'The replica was built by another version of the fold.',
  },
  'replica.taken-over': {
    code: 'transient',
    fr: 'Le réplica a été repris par un autre processus.',
    en: 'The replica was taken over by another process.',
  },
  'disk.full': { code: 'no-store', fr: 'Disque plein.', en: 'Disk full.' },
} as const satisfies Record<FailureCode, { code: IssueCode; fr: string; en: string }>;

const ofIssue = (issue: Issue): OperationOutcome['issue'][number] => ({
  severity: issue.severity,
  code: issue.code,
  diagnostics: issue.text,
  ...(issue.location !== '' && { expression: [issue.location] }),
});

/** What is worth saying of something that was taken; the warnings are in the caller's language already. */
export const warningIssues = (warnings: readonly Warning[]): OperationOutcome['issue'] =>
  warnings.map(({ code, location, text }) => ({
    severity: 'warning',
    code: 'informational',
    details: { coding: [{ code }] },
    diagnostics: text,
    ...(location !== '' && { expression: [location] }),
  }));

/** FHIR R4 OperationOutcome in the caller's language; no patient data. */
export const operationOutcome = (what: Failure | readonly Issue[], language: Language): OperationOutcome => {
  if (!(what instanceof Failure))
    return {
      resourceType: 'OperationOutcome',
      issue: what.map((issue) => ofIssue({ ...issue, text: said(issue.text, language) })),
    };
  const told = inLanguage(what, language);
  const sentence = sentences[told.code];
  const head = {
    severity: 'error',
    code: sentence.code,
    details: { text: sentence[language] },
    diagnostics: told.hint === '' ? told.message : `${told.message} — ${told.hint}`,
  } as const;
  const issues = told instanceof InvalidContent ? told.issues.map(ofIssue) : [];
  return { resourceType: 'OperationOutcome', issue: [head, ...issues] };
};
