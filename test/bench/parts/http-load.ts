import autocannon from 'autocannon';
import { establishment, identifierSystem, observationId, patientId, patientResource } from '../observations.js';
import type { Loaded } from './mllp-load.js';
import { runPart } from './run-part.js';

/** What is asked, again and again. */
export type Asked =
  | 'put'
  | 'bundle'
  | 'cloud-events'
  | 'read'
  | 'patient-by-identifier'
  | 'observations-of-patient'
  /** As many conditions as a search may have, each of which many records meet. */
  | 'heavy-search'
  | 'bare';

export interface HttpLoad {
  readonly url: string;
  readonly token: string;
  readonly asked: Asked;
  readonly connections: number;
  readonly seconds: number;
  /** Ids begin behind this many. */
  readonly after: number;
  /** Records that a read may ask for. */
  readonly records: number;
  /** So many a second; without it a connection asks again as soon as it is answered. */
  readonly perSecond?: number;
}

/** Entries of a Bundle, events of a batch. */
export const together = 10;
const observationsOfPatient = 20;

const json = 'application/fhir+json';
const base = `/establishments/${establishment}/fhir`;

interface Request {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const patient = (n: number): string => JSON.stringify(patientResource(n));

const several = (n: number): readonly number[] => Array.from({ length: together }, (_, i) => n * together + i);

const bundleOf = (n: number): string => {
  const entry = several(n).map((one) => ({
    resource: patientResource(one),
    request: { method: 'PUT', url: `Patient/${patientId(one)}` },
  }));
  return JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
};

const cloudEventsOf = (n: number): string =>
  JSON.stringify(
    several(n).map((one) => ({
      specversion: '1.0',
      id: String(one),
      source: '/bench',
      type: 'org.hl7.fhir.r4.put',
      subject: `Patient/${patientId(one)}`,
      datacontenttype: json,
      data: patientResource(one),
    })),
  );

/** Spread over all, without randomness: 7919 is prime. */
const spread = (n: number, over: number): number => (n * 7919) % over;

const requestOf = (asked: Asked, n: number, records: number): Request => {
  switch (asked) {
    case 'put':
      return {
        method: 'PUT',
        path: `${base}/Patient/${patientId(n)}`,
        headers: { 'content-type': json, 'x-request-id': `r${n}` },
        body: patient(n),
      };
    case 'bundle':
      return {
        method: 'POST',
        path: base,
        headers: { 'content-type': json, 'x-request-id': `b${n}` },
        body: bundleOf(n),
      };
    case 'cloud-events':
      return {
        method: 'POST',
        path: `/establishments/${establishment}/events`,
        headers: { 'content-type': 'application/cloudevents-batch+json' },
        body: cloudEventsOf(n),
      };
    case 'read':
    case 'bare':
      return { method: 'GET', path: `${base}/Observation/${observationId(spread(n, records))}` };
    case 'patient-by-identifier': {
      const value = encodeURIComponent(
        `${identifierSystem}|P${spread(n, Math.floor(records / observationsOfPatient))}`,
      );
      return { method: 'GET', path: `${base}/Patient?identifier=${value}` };
    }
    case 'heavy-search':
      return { method: 'GET', path: heavySearch(n) };
    case 'observations-of-patient': {
      const id = patientId(spread(n, Math.floor(records / observationsOfPatient)));
      return { method: 'GET', path: `${base}/Observation?patient=${id}&_count=${observationsOfPatient}` };
    }
  }
};

/** 16 conditions that most patients meet, counted to the last; no two searches ask for the same values. */
const heavySearch = (n: number): string => {
  const born = Array.from(
    { length: 15 },
    (_, i) => `birthdate=ge19${10 + i}-01-${String(1 + (n % 28)).padStart(2, '0')}`,
  );
  return `${base}/Patient?gender=male,female&${born.join('&')}&_total=accurate&_count=500`;
};

const warmUpSeconds = 2;

await runPart(async (load: HttpLoad, mark): Promise<Loaded> => {
  const { url, token, asked, connections, seconds, after, records, perSecond } = load;
  let n = after;
  const setupRequest = (request: Request) => {
    n += 1;
    const made = requestOf(asked, n, records);
    return { ...request, ...made, headers: { ...made.headers, authorization: `Bearer ${token}` } };
  };
  const pace = perSecond === undefined ? {} : { overallRate: perSecond };
  const run = (duration: number) => autocannon({ url, connections, duration, ...pace, requests: [{ setupRequest }] });
  await run(warmUpSeconds);
  await mark('begin');
  const { latency, non2xx, errors, duration, ...result } = await run(seconds);
  await mark('end');
  return {
    done: result['2xx'],
    refused: non2xx + errors,
    seconds: duration,
    p50Ms: latency.p50,
    p99Ms: latency.p99,
  };
});
