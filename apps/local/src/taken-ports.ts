import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
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

const holderOf = (inode: string): number | undefined => {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const open = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
      if (open.includes(`socket:[${inode}]`)) return Number(pid);
    } catch {
      // Gone meanwhile, or another user's.
    }
  }
  return undefined;
};

/** Who listens on the port: ` by process 4711 (java …)`; empty where the machine does not tell. */
export const whoListens = (port: number): string => {
  try {
    const inode = listeningInode('/proc/net/tcp', port) ?? listeningInode('/proc/net/tcp6', port);
    const pid = inode === undefined ? undefined : holderOf(inode);
    return pid === undefined ? '' : ` by process ${pid} (${(commandLineOf(pid) ?? '?').slice(0, 80)})`;
  } catch {
    return '';
  }
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
      'stop what listens there, or use others: npm start -- --port-base 31000',
    );
};
