import { IsOptional, ValidateIf } from 'class-validator';
import { Addresses, Count, Port, Ratio, Text, Url } from '#platform';

export class GatewayConfiguration {
  @Addresses() kafkaBrokers: readonly string[];
  @IsOptional() @Text() kafkaTlsDir?: string;
  @IsOptional() @Text() kafkaUser?: string;
  @IsOptional() @Text() kafkaPasswordFile?: string;
  @Count() logReplication: number;
  @Text() callersFile: string;
  @Text() secretsFile: string;
  /** Certificate of the doors, and the authorities of the callers’; without it they are on loopback, in the clear. */
  @IsOptional() @Text() tlsDir?: string;
  /** Those of MLLP over TLS, which is never in the clear; `tlsDir` unless given. */
  @ValidateIf(({ tlsDir }: GatewayConfiguration) => tlsDir === undefined) @Text() mllpsTlsDir?: string;
  /** Public keys whose approvals count. */
  @Text() trustedKeysDir: string;
  @Text() host: string;
  @Port() gatewayPort: number;
  @Port() mllpsPort: number;
  /** `/metrics` on a port of its own, and no longer beside the app’s routes. */
  @IsOptional() @Port() metricsPort?: number;
  /** MB of 2^20 bytes that one sender may have written in an hour, unpacked; `senderMegabytesAnHour` where it is not set. */
  @IsOptional() @Count() senderMegabytesAnHour?: number;
  /** OTLP over HTTP; without it no traces are recorded. */
  @IsOptional() @Url() tracesUrl?: string;
  /** Of the traces that begin here, how many are recorded. */
  @IsOptional() @Ratio() tracesRatio?: number;
}
