import { IsOptional } from 'class-validator';
import { Addresses, Port, PostgresUrl, Text, Url } from '#platform';

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
  /** `/livez`, `/readyz` and `/metrics` on this port of `host`; without it this process has no door. */
  @IsOptional() @Port() metricsPort?: number;
  /** Of that door, as of any other. */
  @IsOptional() @Text() tlsDir?: string;
  /** `127.0.0.1` unless given. */
  @IsOptional() @Text() host?: string;
  /** OTLP over HTTP; without it no traces are recorded. */
  @IsOptional() @Url() tracesUrl?: string;
}
