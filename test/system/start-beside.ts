import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Running } from '../../apps/local/src/launch-app.js';
import type { LocalSystem } from './local-system.js';
import { startApp } from './start-app.js';

/** What a process of the system was told, by name without `REPRISE_`. */
const settingsOf = (pid: number): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .flatMap((entry) => {
        const [, name, value] = /^REPRISE_([^=]+)=(.*)$/s.exec(entry) ?? [];
        return name !== undefined && value !== undefined ? [[name, value] as const] : [];
      }),
  );

/** A second process beside one of the system, told what the first was told, but for these settings. Nobody starts it again. */
export const startBeside = async (
  system: LocalSystem,
  first: string,
  name: string,
  settings: Readonly<Record<string, string | number>> = {},
): Promise<Running> => {
  const app = first.replace(/-[ab]$/, '');
  const told = settingsOf(await system.pidOf(first));
  return startApp(system.scratch, { name, app, settings: { ...told, ...settings } });
};

interface Callers {
  readonly senders: readonly { readonly name: string; readonly mllpPort?: number }[];
}

/** The callers of the system with other MLLP ports: two gateways on one machine cannot listen on the same ones. */
export const callersOn = async (system: LocalSystem, ports: readonly number[]): Promise<string> => {
  const { CALLERS_FILE: path = '' } = settingsOf(await system.pidOf('gateway'));
  const callers = JSON.parse(readFileSync(path, 'utf8')) as Callers;
  const senders = callers.senders.map((sender, at) => ({ ...sender, mllpPort: ports[at] }));
  const other = join(system.scratch, 'callers-2.json');
  writeFileSync(other, JSON.stringify({ ...callers, senders }), { mode: 0o600 });
  return other;
};
