import { Failure, failureCodes, foldWarningCodes } from '#domain';
import { resourceTypes, writeWarningCodes } from '#fhir';
import { refusalCodes, warningCodes } from '#hl7v2';
import { nearestOf } from '../nearest.js';

/** HL7 v2.5, table 0076, without what only queries and acknowledgements use. */
const hl7Types =
  'ADR ADT BAR CRM CSU DFT DOC EAR EHC INR LSR MDM MFN MFR OMB OMD OMG OMI OML OMN OMP OMS ORB ORD ORF ORG ORI ORL ORM ORN ORP ORR ORS ORU OSR OUL PEX PGL PIN PMU PPG PPP PPR PTR RAR RAS RCI RCL RDE RDR RDS RDY REF RER RGR RGV ROR RPA RPI RPL RRA RRD RRE RRG RRI SIU SQM SQR SRM SRR SSR SSU SUR TBR TCR TCU UDM VXU VXR'.split(
    ' ',
  );
const methods = ['PUT', 'DELETE', 'PATCH', 'POST'];
const bundles = ['batch', 'transaction', 'message', 'collection'];
const others = ['DRAIN', 'FHS', 'BHS', 'BTS', 'unknown'];

/** What a message can be by its label, or by the first word of it. Types of a site (`Z..`) and triggers are judged by their form. */
const knownTypes: ReadonlySet<string> = new Set([
  ...hl7Types,
  'ACK',
  ...methods,
  ...methods.flatMap((method) => [...resourceTypes].map((type) => `${method} ${type}`)),
  'Bundle',
  ...bundles.map((type) => `Bundle ${type}`),
  ...others,
]);
const byLetters = new Map(Array.from(knownTypes, (type) => [type.toLowerCase(), type]));

const hl7Form = /^([A-Z][A-Z0-9]{2})\^([A-Z][A-Z0-9]{2})$/;
const siteForm = /^Z[A-Z0-9]{2}$/;

/** As labels are written, whatever the case: `delete patient` is `DELETE Patient`, and so is `remove Patient`, the word of CloudEvents. */
export const typeAsWritten = (raw: string): string => {
  const text = raw
    .trim()
    .replaceAll(/\s+/g, ' ')
    .replace(/^remove(?= |$)/i, 'DELETE');
  const upper = text.toUpperCase();
  return byLetters.get(text.toLowerCase()) ?? (hl7Form.test(upper) || siteForm.test(upper) ? upper : text);
};

export const isKnownType = (type: string): boolean => {
  const [, code = type] = hl7Form.exec(type) ?? [];
  return knownTypes.has(code) || siteForm.test(code);
};

const nearestMost = 5;
const quoted = (raw: string): string => raw.slice(0, 40);

/** Throws `input.invalid`. */
export const refuseUnknownType = (type: string): void => {
  if (isKnownType(type)) return;
  const near = nearestOf(type, knownTypes, nearestMost);
  throw new Failure(
    'input.invalid',
    `no type of messages: "${quoted(type)}"`,
    near.length > 0
      ? `did you mean: ${near.join(', ')}`
      : 'a label or the first word of one: ADT, ADT^A01, PUT, DELETE Patient, Bundle transaction',
  );
};

/** FHIR R4's IssueType, as far as writes are refused with it. */
const issueCodes = ['structure', 'required', 'value', 'invariant', 'code-invalid', 'invalid', 'too-long'];
const otherIssues = ['not-supported', 'unknown', 'forbidden', 'not-found', 'deleted', 'business-rule', 'incomplete'];
const knownWarnings: ReadonlySet<string> = new Set([
  ...warningCodes,
  ...foldWarningCodes,
  ...writeWarningCodes,
  ...refusalCodes,
  ...issueCodes,
  ...otherIssues,
  ...failureCodes,
  'frame.cut-off',
  'parked-given-up',
]);

/** Throws `input.invalid`. */
export const refuseUnknownWarning = (code: string): void => {
  if (knownWarnings.has(code)) return;
  const near = nearestOf(code, knownWarnings, nearestMost);
  throw new Failure(
    'input.invalid',
    `no such code: "${quoted(code)}"`,
    near.length > 0
      ? `did you mean: ${near.join(', ')}`
      : 'docs/conformance.md lists the codes, for example message-id-reused, visit-reopened',
  );
};
