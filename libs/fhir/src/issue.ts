import { Failure } from '#domain';

/** The codes of FHIR R4's IssueType that Reprise uses (http://hl7.org/fhir/issue-type). */
export type IssueCode =
  | 'structure'
  | 'required'
  | 'value'
  | 'invariant'
  | 'code-invalid'
  | 'invalid'
  | 'too-long'
  | 'not-supported'
  | 'unknown'
  | 'forbidden'
  | 'not-found'
  | 'deleted'
  | 'business-rule'
  | 'timeout'
  | 'transient'
  | 'throttled'
  | 'incomplete'
  | 'no-store'
  | 'exception';

/** One thing wrong with one element of a resource. Holds no value of it. */
export interface Issue {
  readonly severity: 'error' | 'warning' | 'information';
  readonly code: IssueCode;
  readonly text: string;
  /** FHIRPath of the element: `Patient.name[0].family`, `Bundle.entry[3].resource.status`. */
  readonly location: string;
}

/**
 * A large message may have as many faults as it likes; nobody reads more.
 * @limit FHIR | issues in one OperationOutcome | further ones are counted
 */
const maxIssues = 100;

/** Refused for what its content says: every issue is told (100 at most), not only the first. */
export class InvalidContent extends Failure {
  readonly issues: readonly Issue[];
  constructor(issues: readonly Issue[]) {
    const errors = issues.filter((issue) => issue.severity === 'error');
    const [first] = errors;
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
    super(
      'input.invalid',
      `${first?.location ?? ''}: ${first?.text ?? ''}${more}`,
      'send a resource that is valid FHIR R4 (4.0.1); it will never be accepted as it is',
    );
    // Errors first: what is left out is the least.
    this.issues = [...errors, ...issues.filter((issue) => issue.severity !== 'error')].slice(0, maxIssues);
  }
}
