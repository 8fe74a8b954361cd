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
  readonly senders: readonly { readonly name: string; readonly mllpPort: number }[];
  readonly credentials: string;
  readonly directory: string;
  readonly processes: readonly { readonly name: string; readonly pid: number }[];
}): ReadyFile => ({
  gateway: httpAt(system.ports.gateway),
  readers: { a: httpAt(system.ports.readerA), b: httpAt(system.ports.readerB) },
  control: httpAt(system.ports.control),
  mllp: Object.fromEntries(system.senders.map(({ name, mllpPort }) => [name, mllpPort])),
  mllps: system.ports.mllps,
  kafka: `127.0.0.1:${system.ports.kafka}`,
  postgres: { a: system.ports.postgresA, b: system.ports.postgresB },
  credentials: system.credentials,
  directory: system.directory,
  processes: system.processes.map(({ name, pid }) => ({ name, pid })),
});
