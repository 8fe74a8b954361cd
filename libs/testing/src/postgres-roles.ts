import { randomBytes } from 'node:crypto';
import { type PostgresRole, roleName } from '#postgres';

export type RoleUrls = Readonly<Record<PostgresRole, string>>;
export type RolePasswords = Readonly<Record<PostgresRole | 'superuser', string>>;

const password = (): string => randomBytes(24).toString('base64url');

export const newPasswords = (): RolePasswords => ({
  superuser: password(),
  owner: password(),
  replicator: password(),
  reader: password(),
  control: password(),
});

export const superuserUrl = (port: number, passwords: RolePasswords): string =>
  `postgres://postgres:${passwords.superuser}@127.0.0.1:${port}/postgres`;

export const roleUrls = (port: number, database: string, passwords: RolePasswords): RoleUrls => {
  const url = (role: PostgresRole): string =>
    `postgres://${roleName(role)}:${passwords[role]}@127.0.0.1:${port}/${database}`;
  return { owner: url('owner'), replicator: url('replicator'), reader: url('reader'), control: url('control') };
};
