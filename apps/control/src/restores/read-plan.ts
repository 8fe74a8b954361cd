import { Failure } from '#domain';
import {
  type Certificate,
  type PlanRequest,
  readCertificate as readWholeCertificate,
  type RestorePlan,
} from '#usecases';

type Body = Readonly<Record<string, unknown>>;

const fault = (member: string, expected: string): Failure =>
  new Failure('input.invalid', `${member} ${expected}`, 'see /api/openapi.json');

const objectOf = (body: unknown): Body => {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Body;
  throw fault('the body', 'is no JSON object');
};

const texts = ['establishment', 'territory', 'to', 'toPosition', 'beforeEvent', 'clock', 'afterCut'] as const;
const known = new Set<string>([...texts, 'excludeSenders', 'excludeTypes', 'excludeBetween', 'allowEmpty']);

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** What `POST /api/restores/plan` takes; an unknown member is a mistake that must not pass as "nothing excluded". */
export const readPlanRequest = (raw: unknown): PlanRequest => {
  const body = objectOf(raw);
  for (const member of Object.keys(body))
    if (!known.has(member)) throw fault(member.slice(0, 40), 'is no member of a plan');
  for (const member of texts)
    if (body[member] !== undefined && typeof body[member] !== 'string') throw fault(member, 'must be a text');
  for (const member of ['excludeSenders', 'excludeTypes'])
    if (body[member] !== undefined && !isTexts(body[member])) throw fault(member, 'must be a list of texts');
  const between: unknown = body['excludeBetween'];
  if (between !== undefined && !(Array.isArray(between) && between.every((pair) => isTexts(pair) && pair.length === 2)))
    throw fault('excludeBetween', 'must be a list of pairs of times');
  if (body['afterCut'] !== undefined && body['afterCut'] !== 'omit' && body['afterCut'] !== 'replay')
    throw fault('afterCut', 'must be omit or replay');
  if (body['allowEmpty'] !== undefined && typeof body['allowEmpty'] !== 'boolean')
    throw fault('allowEmpty', 'must be true or false');
  return body as PlanRequest;
};

/** `{ "planId": … }` or `{ "plan": { …a whole plan } }`. What a whole plan says is checked by planning it again. */
export const readRun = (raw: unknown): { readonly planId: string } | { readonly plan: RestorePlan } => {
  const { planId, plan } = objectOf(raw);
  if (typeof planId === 'string') return { planId };
  const { request, hash, targets, scope, cuts } = objectOf(plan ?? {});
  if (typeof hash !== 'string' || !Array.isArray(targets))
    throw fault('plan', 'is no plan: it has no hash and targets');
  for (const member of [request, scope, cuts]) objectOf(member);
  const { establishments, point, exclusions, plannedAt } = objectOf(request);
  if (!isTexts(establishments)) throw fault('plan.request.establishments', 'must be a list of texts');
  for (const member of [point, exclusions, plannedAt]) objectOf(member);
  const { senders, types, between } = objectOf(exclusions);
  if (!isTexts(senders) || !isTexts(types) || !Array.isArray(between))
    throw fault('plan.request.exclusions', 'must have senders, types and between');
  return { plan: plan as RestorePlan };
};

/** @limit Control | certificates in one `certificate verify` | 400 */
const certificatesMax = 100;

/** One certificate, or `{ "items": [ … ] }` as a restore of several establishments has them. */
export const readCertificates = (raw: unknown): readonly Certificate[] => {
  const { items } = objectOf(raw);
  if (items === undefined) return [readCertificate(raw)];
  if (!Array.isArray(items) || items.length === 0 || items.length > certificatesMax)
    throw fault('items', `must be a list of 1 to ${certificatesMax} certificates`);
  return items.map(readCertificate);
};

const readCertificate = (raw: unknown): Certificate => {
  if (objectOf(raw)['version'] !== 1) throw fault('version', 'must be 1: other certificates are not known here');
  return readWholeCertificate(raw);
};
