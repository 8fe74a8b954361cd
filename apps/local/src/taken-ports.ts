import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { Failure } from '#domain';
import { commandLineOf, isPortFree } from '#testing';
import { type PortPlan, portUses } from './port-plan.js';

/** proc(5), net/tcp: local address in hex, state 0A = listening, the socket's inode. */
const listeningInode = (table: string, port: number): string | undefined => {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const rows = readFileSync(table, 'utf8').split('\n').slice(1);
  const row = rows.map((line) => line.trim().split(/\s+/)).find((f) => f[1]?.endsWith(`:${hexPort}`) && f[3] === '0A');
  return row?.[9];
};

/** What a file descriptor points to; empty when it was closed meanwhile, or is another user's. */
const linkOf = (path: string): string => {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
};

const descriptorsOf = (pid: string): readonly string[] => {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => `/proc/${pid}/fd/${fd}`);
  } catch {
    return [];
  }
};

const holderOf = (inode: string): number | undefined => {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const pid = pids.find((candidate) => descriptorsOf(candidate).some((fd) => linkOf(fd) === `socket:[${inode}]`));
  return pid === undefined ? undefined : Number(pid);
};

/** ` by process 4711 (java …)`; empty where the machine does not tell. */
export const whoListens = (port: number): string => {
  try {
    const inode = listeningInode('/proc/net/tcp', port) ?? listeningInode('/proc/net/tcp6', port);
    const pid = inode === undefined ? undefined : holderOf(inode);
    if (pid === undefined) return '';
    const [program = '?', ...rest] = (commandLineOf(pid) ?? '?').split(' ');
    return ` by process ${pid} (${[basename(program), ...rest].join(' ').slice(0, 60)})`;
  } catch {
    return '';
  }
};

/** Where a second system finds room. */
const freeBase = async (): Promise<number> => {
  const count = Object.keys(portUses).length;
  for (let base = 31_000; base < 60_000; base += 20) {
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isPortFree(base + index)));
    if (!free.includes(false)) return base;
  }
  return 31_000;
};

/** Throws `busy`, naming every port of the plan that somebody else listens on. */
export const assertPortsFree = async (plan: PortPlan): Promise<void> => {
  const taken: string[] = [];
  for (const [name, use] of Object.entries(portUses)) {
    const port = plan[name as keyof PortPlan];
    if (!(await isPortFree(port))) taken.push(`port ${port} (${use.words}) is taken${whoListens(port)}`);
  }
  if (taken.length > 0)
    throw new Failure(
      'busy',
      taken.join('\n'),
      `stop what listens there, or use other ports: npm start -- --port-base ${await freeBase()}`,
    );
};
