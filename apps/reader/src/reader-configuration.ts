import { IsOptional } from 'class-validator';
import { NamedUrls, Port, Text, Url } from '#platform';

export class ReaderConfiguration {
  @Text() replica: string;
  @Text() territory: string;
  /** As `reprise_reader`. */
  @Url() postgresUrl: string;
  /** The key by which this reader signs what its sessions may see: hex. */
  @Text() scopeKeyFile: string;
  @Text() callersFile: string;
  /** Every replica's reader, this one too, at the address that clients use: links in answers begin with it. */
  @NamedUrls() readers: Readonly<Record<string, string>>;
  @Text() host: string;
  @Port() readerPort: number;
  /** `/metrics` on a port of its own, and no longer beside the app’s routes. */
  @IsOptional() @Port() metricsPort?: number;
}
