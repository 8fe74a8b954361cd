import { execFile } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { fetchKafka, findPackage, kafkaVersion } from '#testing';
import { docker, imported } from './engine.js';

const run = promisify(execFile);

/** Folders of data and who they belong to, as the images of others have them. */
const dataFolders = { 'var/lib/kafka/data': 1000, 'var/lib/postgresql': 999, prometheus: 65_534 } as const;

const packages = ['openjdk-17-jre-headless', 'haproxy', 'prometheus'];

/** As root of the folder, with what Java's packages need to be set up. */
const install = async (root: string): Promise<void> => {
  // Nothing is started while it is installed.
  writeFileSync(join(root, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  cpSync('/etc/resolv.conf', join(root, 'etc/resolv.conf'), { dereference: true });
  mkdirSync(join(root, 'usr/share/man/man1'), { recursive: true });
  await run('mount', ['-t', 'proc', 'proc', join(root, 'proc')]);
  try {
    const env = { PATH: process.env['PATH'] ?? '', DEBIAN_FRONTEND: 'noninteractive' };
    const options = { env, maxBuffer: 2 ** 26 };
    await run('chroot', [root, 'apt-get', 'update', '-qq'], options);
    await run('chroot', [root, 'apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages], options);
    await run('chroot', [root, 'apt-get', 'clean'], options);
  } finally {
    await run('umount', [join(root, 'proc')]);
  }
};

/**
 * One image that stands for those of Kafka, Postgres, HAProxy and Prometheus where none of them can be fetched: Debian's packages, the broker's
 * jars and the server's binaries in the places where `deploy/compose` looks for them. Made once for an engine; nothing where it cannot be.
 */
export const partsImage = async (): Promise<string | undefined> => {
  const given = process.env['REPRISE_TEST_PARTS_IMAGE'];
  if (given !== undefined) return given;
  const postgres = findPackage();
  const image = `reprise-test-parts:kafka-${kafkaVersion}-postgres-${postgres.version}`;
  if ((await docker('image', 'inspect', image)).code === 0) return image;
  if (process.getuid?.() !== 0 || !existsSync('/usr/sbin/debootstrap')) return undefined;
  const root = mkdtempSync(join(tmpdir(), 'reprise-parts-'));
  try {
    await run('debootstrap', ['--variant=minbase', 'bookworm', root], { maxBuffer: 2 ** 26 });
    await install(root);
    mkdirSync(join(root, 'opt/kafka/libs'), { recursive: true });
    for (const jar of await fetchKafka()) cpSync(jar, join(root, 'opt/kafka/libs', basename(jar)));
    mkdirSync(join(root, 'usr/lib/postgresql'), { recursive: true });
    cpSync(postgres.folder, join(root, 'usr/lib/postgresql/18'), { recursive: true, verbatimSymlinks: true });
    await run('chroot', [root, 'useradd', '--uid', '999', '--no-create-home', '--user-group', 'postgres']);
    for (const [folder, uid] of Object.entries(dataFolders)) {
      mkdirSync(join(root, folder), { recursive: true });
      chmodSync(join(root, folder), 0o700);
      chownSync(join(root, folder), uid, uid);
    }
    chmodSync(root, 0o755);
    await imported(root, image, [
      'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/18/bin',
    ]);
    return image;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
};
