import { IsOptional } from 'class-validator';
import { PostgresUrl, Text } from '#platform';

export class MigrateConfiguration {
  /** Role that owns the tables of this replica, `reprise_owner`. No other process has its password. */
  @PostgresUrl() postgresOwnerUrl: string;
  @IsOptional() @Text() postgresPasswordFile?: string;
  @IsOptional() @Text() postgresTlsDir?: string;
}
