import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '#domain';
import { writeWhole } from './write-whole.js';
import { httpAt } from './processes.js';
import type { PortPlan } from './port-plan.js';

/** Contract, section 2: what `--ready-file` is given. */
export interface ReadyFile {
  readonly gateway: string;
  readonly readers: { readonly a: string; readonly b: string };
  readonly control: string;
  readonly mllp: Readonly<Record<string, number>>;
  readonly mllps: number;
  readonly kafka: string;
  readonly postgres: { readonly a: number; readonly b: number };
  readonly credentials: string;
  readonly directory: string;
  readonly processes: readonly { readonly name: string; readonly pid: number }[];
}

export const readyFile = (system: {
  readonly ports: PortPlan;
  readonly closed: boolean;
  readonly senders: readonly { readonly name: string; readonly mllpPort: number }[];
  readonly credentials: string;
  readonly directory: string;
  readonly processes: readonly { readonly name: string; readonly pid: number }[];
}): ReadyFile => ({
  gateway: httpAt(system.ports.gateway, system.closed),
  readers: { a: httpAt(system.ports.readerA, system.closed), b: httpAt(system.ports.readerB, system.closed) },
  control: httpAt(system.ports.control, system.closed),
  mllp: Object.fromEntries(system.senders.map(({ name, mllpPort }) => [name, mllpPort])),
  mllps: system.ports.mllps,
  kafka: `127.0.0.1:${system.ports.kafka}`,
  postgres: { a: system.ports.postgresA, b: system.ports.postgresB },
  credentials: system.credentials,
  directory: system.directory,
  processes: system.processes.map(({ name, pid }) => ({ name, pid })),
});

/** Among the processes of a ready file, the one that lives as long as the system. */
export const supervisorName = 'supervisor';

const named = (path: string): string => `--ready-file ${path}`;

/** Tried, since rights are not all: a disk may be read-only or full, a folder no real one. */
const assertWritable = (path: string): void => {
  const tried = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    writeFileSync(tried, '', { mode: 0o600, flag: 'wx' });
    rmSync(tried);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'for an unknown reason';
    throw new Failure(
      'input.invalid',
      `${named(path)}: nothing can be written there (${code})`,
      'name a file in a folder that may be written to',
      { cause: error },
    );
  }
};

/** The folder with its links followed once, and a place in it that others cannot exchange. */
const assertPlace = (path: string): void => {
  const folder = statSync(dirname(path), { throwIfNoEntry: false });
  if (!folder?.isDirectory())
    throw new Failure(
      'input.invalid',
      `${named(path)}: there is no folder ${dirname(path)}`,
      `mkdir -p ${dirname(path)}`,
    );
  const isAnybodys = (folder.mode & 0o002) !== 0 && (folder.mode & 0o1000) === 0;
  if (isAnybodys)
    throw new Failure(
      'refused-by-policy',
      `${named(path)}: anybody may exchange files in ${dirname(path)}, and lead its readers and their tokens elsewhere`,
      `chmod o-w ${dirname(path)}, or name another file`,
    );
  const ownsFolder = folder.uid === process.getuid?.() || folder.uid === 0;
  if (!ownsFolder && process.getuid?.() !== 0)
    throw new Failure(
      'refused-by-policy',
      `${named(path)}: ${dirname(path)} belongs to another user, who may exchange it`,
      'name a file in a folder of your own',
    );
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new Failure(
      'input.invalid',
      `${named(path)}: that is a folder`,
      `for example --ready-file ${join(path, 'ready.json')}`,
    );
  assertWritable(path);
};

/**
 * `--ready-file F`: the file is there while the system is ready, and not before or after. A link at F is replaced, never followed.
 */
export class ReadyFileAt {
  private written: string | undefined;

  private constructor(private readonly path: string) {}

  /** Throws before anything is started where nothing could be written there. Removes what a killed run left. */
  static begin(path: string): ReadyFileAt {
    assertPlace(path);
    rmSync(path, { force: true });
    return new ReadyFileAt(path);
  }

  write(ready: ReadyFile): void {
    const text = `${JSON.stringify(ready, null, 2)}\n`;
    writeWhole(this.path, text);
    this.written = text;
  }

  /** Only what we wrote: another system may have been given the same name since. */
  remove(): void {
    if (this.written === undefined || textAt(this.path) !== this.written) return;
    rmSync(this.path, { force: true });
    this.written = undefined;
  }
}

/** What a system that was killed had written there goes; any other file stays. */
export const removeLeftReadyFile = (path: string, directory: string, supervisor: number): void => {
  try {
    const left = JSON.parse(textAt(path) ?? '') as ReadyFile;
    const isItsOwn = left.processes.some(({ name, pid }) => name === supervisorName && pid === supervisor);
    if (left.directory === directory && isItsOwn) rmSync(path, { force: true });
  } catch {
    // Nothing, or something else, stands there.
  }
};

const textAt = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};
