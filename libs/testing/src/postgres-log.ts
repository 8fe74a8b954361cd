import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of one file of Postgres's own log; at it, the next file is begun. */
export const postgresLogBytesMax = 8 << 20;
/** Files of Postgres's own log that are kept, the newest; older ones are removed every minute. */
export const postgresLogFilesMax = 8;

/**
 * What the server says is written by its own collector: rotated, 0600. No statement, no parameter, no detail of an error stands in
 * it: they show what rows hold.
 */
export const logSettings = {
  logging_collector: 'on',
  log_directory: 'log',
  log_filename: 'postgres-%Y%m%d-%H%M%S.log',
  log_file_mode: '0600',
  log_rotation_size: `${postgresLogBytesMax >> 10}kB`,
  log_rotation_age: '1d',
  log_statement: 'none',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
};

/** Oldest first: their names are times. */
export const logFilesIn = (data: string): readonly string[] => {
  const folder = join(data, 'log');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^postgres-.*\.log$/.test(name))
    .sort()
    .map((name) => join(folder, name));
};

export const pruneLogs = (data: string): void => {
  for (const file of logFilesIn(data).slice(0, -postgresLogFilesMax)) rmSync(file, { force: true });
};

/** The newest error: of the collector's files where it got that far, else of what was said before it. */
export const lastErrorIn = (data: string, before: string): string => {
  const [newest] = logFilesIn(data).slice(-1);
  const lines = before.split('\n');
  if (newest !== undefined && before.includes('logging collector'))
    lines.push(...readFileSync(newest, 'utf8').split('\n'));
  return lines.findLast((line) => /FATAL|PANIC|ERROR|invalid/.test(line)) ?? 'it ended without a word';
};
