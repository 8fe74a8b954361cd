import { IsOptional } from 'class-validator';
import { Addresses, PostgresUrl, Text } from '#platform';

export class ReplicatorConfiguration {
  @Addresses() kafkaBrokers: readonly string[];
  @IsOptional() @Text() kafkaTlsDir?: string;
  @IsOptional() @Text() kafkaUser?: string;
  @IsOptional() @Text() kafkaPasswordFile?: string;
  /** Name of this replica: `a`, `b`. */
  @Text() replica: string;
  /** GHT whose establishments it follows. */
  @Text() territory: string;
  /** Public keys whose approvals count. */
  @Text() trustedKeysDir: string;
  /** Role that writes rows, `reprise_replicator`. The owner's password is not for this process: `apps/migrate` has it. */
  @PostgresUrl() postgresUrl: string;
  @IsOptional() @Text() postgresPasswordFile?: string;
  @IsOptional() @Text() postgresTlsDir?: string;
}
