import { IsOptional } from 'class-validator';
import { Addresses, Count, Port, Text } from '#platform';

export class GatewayConfiguration {
  @Addresses() kafkaBrokers: readonly string[];
  @Count() logReplication: number;
  @Text() callersFile: string;
  @Text() secretsFile: string;
  @Text() tlsDir: string;
  /** Public keys whose approvals count. */
  @Text() trustedKeysDir: string;
  @Text() host: string;
  @Port() gatewayPort: number;
  @Port() mllpsPort: number;
  /** `/metrics` on a port of its own, and no longer beside the app’s routes. */
  @IsOptional() @Port() metricsPort?: number;
  /** MB of 2^20 bytes that one sender may have written in an hour, unpacked; `senderMegabytesAnHour` where it is not set. */
  @IsOptional() @Count() senderMegabytesAnHour?: number;
}
