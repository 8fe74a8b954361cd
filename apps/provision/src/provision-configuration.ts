import { IsOptional } from 'class-validator';
import { PostgresUrl, Text } from '#platform';

export class ProvisionConfiguration {
  /** Of the superuser, in any database: `postgres://postgres@host:5432/postgres`. */
  @PostgresUrl() postgresSuperuserUrl: string;
  @IsOptional() @Text() postgresPasswordFile?: string;
  @IsOptional() @Text() postgresTlsDir?: string;
  /** Files `owner`, `replicator`, `reader`, `control` with the passwords that the roles are given. */
  @Text() rolePasswordsDir: string;
  /** The key by which this replica's readers sign what their sessions may see: 64 hex digits. */
  @Text() scopeKeyFile: string;
}
