import type { Caller, LogFields, ProcessLog } from '#platform';

/** Who was shown identifiers or content, of what, when. Never what it was. */
export class PhiAudit {
  constructor(private readonly log: ProcessLog) {}

  shown(caller: Caller, what: Pick<LogFields, 'route' | 'establishment' | 'position' | 'restoreId'>): void {
    this.log.info('phi.shown', { ...what, caller: `${caller.kind} ${caller.name}` });
  }
}
