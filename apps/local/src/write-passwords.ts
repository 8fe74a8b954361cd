import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { postgresRoles } from '#postgres';
import type { RolePasswords } from '#testing';
import { writeWhole } from './write-whole.js';

/** A file a role in the folder of the replica, which is given back; and control's of each replica in a folder of its own. */
export const writePasswords = (folder: string, replica: string, passwords: RolePasswords): string => {
  const write = (within: string, file: string, password: string): string => {
    mkdirSync(join(folder, within), { recursive: true, mode: 0o700 });
    writeWhole(join(folder, within, file), password, 0o600);
    return join(folder, within);
  };
  for (const role of postgresRoles) if (role !== 'control') write(replica, role, passwords[role]);
  write('control', replica, passwords.control);
  return join(folder, replica);
};
