import { Failure } from '#domain';
import { describe, expect, it } from 'vitest';
import { type LogFields, ProcessLog } from './process-log.js';

const lines = (write: (log: ProcessLog) => void): Record<string, unknown>[] => {
  const written: string[] = [];
  write(new ProcessLog('sample', { write: (line) => void written.push(line) }));
  return written.map((line) => JSON.parse(line) as Record<string, unknown>);
};

describe('the log of a process', () => {
  it('writes one JSON event with its name and known fields', () => {
    const [line] = lines((log) => log.info('batch.applied', { establishment: '010000024', count: 3, ms: 1.5 }));
    expect(line).toMatchObject({ name: 'batch.applied', app: 'sample', establishment: '010000024', count: 3, ms: 1.5 });
  });

  it('never writes a field that is not in the table, nor one of another type', () => {
    const smuggled = { familyName: 'DUPONT', establishment: { familyName: 'DUPONT' } } as unknown as LogFields;
    expect(JSON.stringify(lines((log) => log.info('batch.applied', smuggled)))).not.toContain('DUPONT');
  });

  it('tells a failure in its words and an unknown error by its place only', () => {
    const [failure, fault] = lines((log) => {
      log.fault('append.failed', new Failure('log.unreachable', 'no broker answers', 'start Kafka'));
      try {
        JSON.parse('DUPONT');
      } catch (error) {
        log.fault('append.failed', error);
      }
    });
    expect(failure).toMatchObject({ code: 'log.unreachable', text: 'no broker answers', hint: 'start Kafka' });
    expect(fault).toMatchObject({ errorName: 'SyntaxError' });
    expect(fault?.['frames']).toContain('process-log.unit.spec');
    expect(JSON.stringify(fault)).not.toContain('DUPONT');
  });
});
