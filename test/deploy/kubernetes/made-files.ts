import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { alertsFile } from './alerts.js';
import { kafkaUsersFiles } from './kafka-users.js';
import { secondReplica } from './second-replica.js';

/** Files of `deploy/kubernetes` that are made from others: text by path. */
export const madeFiles = (): ReadonlyMap<string, string> =>
  new Map([...secondReplica(), ...kafkaUsersFiles(), alertsFile()]);

export const writeMadeFiles = (): void => {
  for (const [path, text] of madeFiles()) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
};
