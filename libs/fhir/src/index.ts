export { writeWarningCodes } from './bounded-warnings.js';
export { history, searchset, writeResponse } from './bundles.js';
export type { HistoryEntry, Links, ResponseEntry, SearchEntry } from './bundles.js';
export { capabilityStatement, WrittenStatement } from './capability-statement.js';
export type { Capability } from './capability-statement.js';
export { InvalidContent } from './issue.js';
export type { Issue, IssueCode } from './issue.js';
export { elementsAt, isObjectAt, membersAt, textAt, valueAt } from './json-slices.js';
export type { Member, Span } from './json-slices.js';
export { inLanguage, said } from './in-language.js';
export type { Language } from './in-language.js';
export { checkMediaType, patchTypes, UnsupportedMedia } from './media-type.js';
export { operationOutcome, warningIssues } from './operation-outcome.js';
export type { OperationOutcome } from './operation-outcome.js';
export { parseHistory, parseRead, parseSearch } from './parse-search.js';
export type { Handling } from './parse-search.js';
export { patientOf } from './patient-of.js';
export { readQuery, shownName } from './read-query.js';
export type { Query } from './read-query.js';
export { readWrite, readWriteInSteps } from './read-write.js';
export { resourceTypes } from './resource-types.js';
export { JsonScan, scanJson } from './scan-json.js';
export type { JsonLimits } from './scan-json.js';
export type {
  HistoryRequest,
  InstantRange,
  ReadRequest,
  SearchRequest,
  TokenCondition,
  TokenMatch,
} from './search-request.js';
export { searchRule } from './search-rule.js';
export { searchTokens } from './search-tokens.js';
export { validateResource } from './validate-resource.js';
export { withMeta } from './with-meta.js';
export type { Meta } from './with-meta.js';
export type { RefusedEntry, WriteContext, WriteRequest, Written, WrittenEntry } from './write-request.js';
