import { IsOptional } from 'class-validator';
import { Addresses, Count, NamedPostgresUrls, NamedUrls, Port, Ratio, Text, Url } from '#platform';

export class ControlConfiguration {
  @Addresses() kafkaBrokers: readonly string[];
  @IsOptional() @Text() kafkaTlsDir?: string;
  @IsOptional() @Text() kafkaUser?: string;
  @IsOptional() @Text() kafkaPasswordFile?: string;
  @Count() logReplication: number;
  @Text() callersFile: string;
  @Text() territory: string;
  @Text() territoryFile: string;
  /** Profiles of the senders, one YAML file each: docs/senders.md. */
  @Text() sendersDir: string;
  /** As `reprise_control`. */
  @NamedPostgresUrls() replicas: Readonly<Record<string, string>>;
  /** A file of each replica’s name, with the password of its `reprise_control`. */
  @IsOptional() @Text() replicasPasswordsDir?: string;
  @IsOptional() @Text() postgresTlsDir?: string;
  /** Only `doctor` asks them. */
  @IsOptional() @NamedUrls() readers?: Readonly<Record<string, string>>;
  /** Where their `/metrics` are: `status` and `doctor` name the senders that they hold back. */
  @IsOptional() @NamedUrls() gateways?: Readonly<Record<string, string>>;
  /** Of the key that signs; only read. */
  @Text() keysDir: string;
  /** Public keys whose certificates and approvals count, its own among them. */
  @Text() trustedKeysDir: string;
  /** Certificate of the doors, and the authorities of the processes that control looks at; without it they are on loopback, in the clear. */
  @IsOptional() @Text() tlsDir?: string;
  @Text() host: string;
  @Port() controlPort: number;
  /** `/metrics` on a port of its own, and no longer beside the app’s routes. */
  @IsOptional() @Port() metricsPort?: number;
  /** OTLP over HTTP; without it no traces are recorded. */
  @IsOptional() @Url() tracesUrl?: string;
  /** Of the traces that begin here, how many are recorded. */
  @IsOptional() @Ratio() tracesRatio?: number;
}
