import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Authority, type CertifiedKey } from '#testing';
import { readJsonIfThere, writeWhole } from './write-whole.js';

/** Servers of the local system, by the common names of their certificates. The doors' is in the folder itself. */
const servers = ['reprise-broker', 'postgres-server'] as const;
/** Who calls Kafka is known to it by this name; who calls Postgres, by that of his role. */
const clients = [
  'reprise-admin',
  'reprise-gateway',
  'reprise-replicator',
  'reprise-control',
  'postgres',
  'reprise_owner',
  'reprise_replicator',
  'reprise_reader',
  'reprise_control',
] as const;
export type Certified = (typeof servers)[number] | (typeof clients)[number];

/** Where they lie: `tls.crt`, `tls.key` and `ca.crt` in a folder each, those of the doors in `tls` itself, those of senders in `senders`. */
export class LocalCertificates {
  constructor(private readonly folder: string) {}

  get authority(): string {
    return join(this.folder, 'ca.crt');
  }
  certificateOf(sender: string): string {
    return join(this.folder, 'senders', `${sender}.crt`);
  }
  keyOf(sender: string): string {
    return join(this.folder, 'senders', `${sender}.key`);
  }
  /** The folder of one who calls servers, or of a server. */
  of(name: Certified): string {
    return join(this.folder, name);
  }
  read(name: Certified): CertifiedKey & { readonly authority: string } {
    const text = (file: string): string => readFileSync(join(this.of(name), file), 'utf8');
    return { certificate: text('tls.crt'), key: text('tls.key'), authority: text('ca.crt') };
  }

  /**
   * Made once, and together: the authority's key is forgotten at once, so that nobody can make another certificate for this system. The mark
   * is written last: a first start that was interrupted makes them again.
   */
  async makeOnce(senders: readonly string[]): Promise<void> {
    const mark = join(this.folder, 'made-for.json');
    const madeFor = [...servers, ...clients, ...senders];
    if (JSON.stringify(readJsonIfThere(mark)) === JSON.stringify(madeFor)) return;
    const authority = await Authority.make();
    const write = (folder: string, crt: string, key: string, made: CertifiedKey): void => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeWhole(join(folder, crt), made.certificate);
      writeWhole(join(folder, key), made.key, 0o600);
    };
    const writeFolder = (folder: string, made: CertifiedKey): void => {
      write(folder, 'tls.crt', 'tls.key', made);
      writeWhole(join(folder, 'ca.crt'), authority.certificate);
    };
    writeFolder(this.folder, await authority.server('localhost'));
    for (const name of servers) writeFolder(this.of(name), await authority.server(name));
    for (const name of clients) writeFolder(this.of(name), await authority.client(name));
    for (const name of senders)
      write(join(this.folder, 'senders'), `${name}.crt`, `${name}.key`, await authority.client(name));
    writeWhole(mark, `${JSON.stringify(madeFor)}\n`);
  }
}
