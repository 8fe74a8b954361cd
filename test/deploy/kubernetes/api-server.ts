import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '#testing';
import { cacheDir, run, type Said } from './tools.js';

/** Where the programs lie: nobody builds them on the way, it takes ten minutes and more (`deploy/kubernetes/README.md`). */
export const serverDir = process.env['REPRISE_KUBE_DIR'] ?? join(cacheDir, 'kube');

export const hasServer = (): boolean => ['kube-apiserver', 'etcd'].every((name) => existsSync(join(serverDir, name)));

const readyMsMax = 120_000;

/** An API server of Kubernetes, by itself, on loopback, in a folder that goes with it: it takes manifests and runs nothing. */
export class ApiServer {
  private readonly folder = mkdtempSync(join(tmpdir(), 'reprise-kube-'));
  private readonly children: ChildProcess[] = [];
  private flags: readonly string[] = [];

  /** Throws where it does not answer within two minutes. */
  async start(): Promise<void> {
    const [client = 0, peer = 0, secure = 0] = await freePorts(3);
    const etcd = `http://127.0.0.1:${client}`;
    const peers = `http://127.0.0.1:${peer}`;
    this.launch('etcd', [
      '--data-dir',
      join(this.folder, 'etcd'),
      '--listen-client-urls',
      etcd,
      '--advertise-client-urls',
      etcd,
      '--listen-peer-urls',
      peers,
      '--initial-advertise-peer-urls',
      peers,
      '--initial-cluster',
      `default=${peers}`,
    ]);
    const token = randomBytes(24).toString('base64url');
    const tokens = join(this.folder, 'tokens.csv');
    writeFileSync(tokens, `${token},check,check,system:masters\n`, { mode: 0o600 });
    const key = join(this.folder, 'accounts.key');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    this.launch('kube-apiserver', [
      `--etcd-servers=${etcd}`,
      `--secure-port=${secure}`,
      '--bind-address=127.0.0.1',
      // It would not advertise an address of loopback; nobody looks for it.
      '--endpoint-reconciler-type=none',
      `--cert-dir=${join(this.folder, 'certificates')}`,
      `--token-auth-file=${tokens}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      `--service-account-key-file=${key}`,
      `--service-account-signing-key-file=${key}`,
      '--service-account-issuer=https://127.0.0.1',
      '--disable-admission-plugins=ServiceAccount',
      '--authorization-mode=RBAC',
    ]);
    this.flags = [`--server=https://127.0.0.1:${secure}`, `--token=${token}`, '--insecure-skip-tls-verify'];
    for (const startedAtMs = Date.now(); (await this.kubectl(['get', '--raw', '/readyz'])).code !== 0; await sleep(500))
      if (Date.now() - startedAtMs > readyMsMax || this.children.some(({ exitCode }) => exitCode !== null))
        throw new Error(`the API server does not start: ${this.lastLine('kube-apiserver')}`);
  }

  kubectl(args: readonly string[], input = ''): Promise<Said> {
    return run('kubectl', [...this.flags, ...args], {
      input,
      env: { ...process.env, KUBECONFIG: join(this.folder, 'none') },
    });
  }

  async stop(): Promise<void> {
    for (const child of this.children.toReversed()) {
      if (child.exitCode !== null) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private lastLine(name: string): string {
    return (
      readFileSync(join(this.folder, `${name}.log`), 'utf8')
        .trim()
        .split('\n')
        .at(-1) ?? ''
    );
  }

  private launch(name: string, args: readonly string[]): void {
    const log = openSync(join(this.folder, `${name}.log`), 'a');
    this.children.push(spawn(join(serverDir, name), args, { stdio: ['ignore', log, log] }));
  }
}
