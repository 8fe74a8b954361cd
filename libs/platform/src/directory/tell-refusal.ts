import { Failure } from '#domain';
import type { RefusedEntry } from '#usecases';
import { Counter } from 'prom-client';
import { metrics } from '../health/health.js';
import type { ProcessLog } from '../logging/process-log.js';

const refused = new Counter({
  name: 'reprise_directory_refused_total',
  help: 'entries of the directory log that were passed over since the start of this process',
  labelNames: ['kind'],
  registers: [metrics],
});

/** The alarm of an entry that was passed over: where it stands and which rule it breaks, nothing that it holds. */
export const tellRefusal = (log: ProcessLog, { position, kind, reason }: RefusedEntry): void => {
  refused.inc({ kind });
  log.fault(
    'directory.refused',
    new Failure('refused-by-policy', `${kind}: ${reason}`, '`reprise doctor` names what was refused'),
    { position },
  );
};
