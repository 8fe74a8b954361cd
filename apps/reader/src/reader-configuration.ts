import { IsOptional } from 'class-validator';
import { NamedUrls, Port, PostgresUrl, Ratio, Text, Url } from '#platform';

export class ReaderConfiguration {
  @Text() replica: string;
  @Text() territory: string;
  /** As `reprise_reader`. */
  @PostgresUrl() postgresUrl: string;
  @IsOptional() @Text() postgresPasswordFile?: string;
  @IsOptional() @Text() postgresTlsDir?: string;
  /** The key by which this reader signs what its sessions may see: hex. */
  @Text() scopeKeyFile: string;
  @Text() callersFile: string;
  /** Every replica's reader, this one too, at the address that clients use: links in answers begin with it. */
  @NamedUrls() readers: Readonly<Record<string, string>>;
  /** Certificate of the doors, and the authorities of the callers’; without it they are on loopback, in the clear. */
  @IsOptional() @Text() tlsDir?: string;
  @Text() host: string;
  @Port() readerPort: number;
  /** `/metrics` on a port of its own, and no longer beside the app’s routes. */
  @IsOptional() @Port() metricsPort?: number;
  /** OTLP over HTTP; without it no traces are recorded. */
  @IsOptional() @Url() tracesUrl?: string;
  /** Of the traces that begin here, how many are recorded. */
  @IsOptional() @Ratio() tracesRatio?: number;
}
