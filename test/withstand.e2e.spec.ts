import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalSystem } from './system/local-system.js';
import { identity } from './system/messages.js';
import { codeOf } from './system/mllp-connection.js';
import { appendRaw, asSuperuser, fillWith } from './system/behind-the-back.js';

/** What no process of ours may come to hold, whatever is thrown at all of them at once. */
const memoryMbMax = 900;

const peakMbOf = (pid: number): number =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

interface Problem {
  readonly code: string;
  readonly state: string;
  readonly text: string;
}
interface Status {
  readonly state: string;
  readonly problems: readonly Problem[];
}

/** The answer of `status`, whatever it ends with; without problems where control does not answer. */
const statusOf = async (system: LocalSystem): Promise<{ readonly code: number; readonly status: Status }> => {
  const { code, stdout } = await system.reprise('status', '--output', 'json');
  return { code, status: stdout === '' ? { state: 'unknown', problems: [] } : (JSON.parse(stdout) as Status) };
};

describe('a system under attack from all sides at once', () => {
  let system: LocalSystem;
  beforeAll(async () => {
    system = await LocalSystem.start('--quiet-feed');
  });
  afterAll(() => system?.stop());

  it('stays ready for a well-behaved sender and reader, within its memory, and loses nothing', async () => {
    const [hostile, good] = [system.sender(0), system.sender(2)];
    let isOver = false;
    const sockets: Socket[] = [];
    const silent = (url: string): void => {
      const { hostname: host, port } = new URL(url);
      for (let i = 0; i < 700; i += 1) {
        const socket = connect({ host, port: Number(port) });
        socket.on('error', () => undefined);
        sockets.push(socket);
      }
    };
    const untilOver = async (work: (n: number) => Promise<unknown>): Promise<void> => {
      for (let n = 0; !isOver; n += 1) await work(n).catch(() => undefined);
    };
    const drained = async (asked: Promise<Response>): Promise<number> => {
      const answer = await asked;
      await answer.arrayBuffer();
      return answer.status;
    };
    const refusals = new Map<number, number>();
    const counted = async (asked: Promise<Response>): Promise<void> => {
      const status = await drained(asked);
      refusals.set(status, (refusals.get(status) ?? 0) + 1);
    };
    const note = 'x'.repeat(18 * 1024 * 1024);
    const large = JSON.stringify({ resourceType: 'Basic', id: 'large', code: { text: note } });
    const tiny = JSON.stringify({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: Array.from({ length: 2_000 }, (_, i) => ({
        resource: { resourceType: 'Basic', id: `t${i}`, code: { text: 'x' } },
        request: { method: 'PUT', url: `Basic/t${i}` },
      })),
    });
    const bomb = gzipSync(large);
    const gzipped = { 'content-encoding': 'gzip' };
    const bombed = (): Promise<Response> =>
      fetch(`${system.ready.gateway}/establishments/${hostile.finess}/fhir/Basic/large`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${hostile.token}`, 'content-type': 'application/fhir+json', ...gzipped },
        body: bomb,
      });
    const search = (n: number): string => {
      const born = Array.from({ length: 15 }, (_, i) => `birthdate=ge19${10 + i}-01-${10 + (n % 18)}`).join('&');
      return `Patient?gender=male,female&${born}&_total=accurate&_count=500`;
    };
    const other = system.credentials.readers.toSorted((a, b) => a.establishments.length - b.establishments.length)[0];
    const searched = (n: number): Promise<Response> =>
      fetch(`${system.ready.readers.a}/establishments/${hostile.finess}/fhir/${search(n)}`, {
        headers: { authorization: `Bearer ${other?.token}` },
      });
    for (const url of [system.ready.gateway, system.ready.readers.a, system.ready.control]) silent(url);
    const attack = Promise.all([
      untilOver(async () => {
        await counted(system.publish('PUT', '/fhir/Basic/large', large));
        await counted(system.publish('POST', '/fhir', tiny));
      }),
      untilOver(() => counted(bombed())),
      ...Array.from({ length: 24 }, (_, i) => untilOver((n) => drained(searched(24 * n + i)))),
    ]);

    const ids = Array.from({ length: 40 }, (_, i) => `W${i}`);
    const mllp = await system.mllp(2);
    const codes: string[] = [];
    const reads: number[] = [];
    for (const id of ids) {
      codes.push(codeOf(await mllp.send(identity({ controlId: id, ipp: id, family: `BIEN${id}` }))));
      reads.push(await drained(system.read('a', good.finess, 'Patient?_count=5')));
      await pause(100);
    }
    mllp.close();
    isOver = true;
    for (const socket of sockets) socket.destroy();
    await attack;

    expect(codes).toEqual(ids.map(() => 'AA'));
    expect(reads).toEqual(ids.map(() => 200));
    expect([...refusals.keys()]).toContain(413);
    for (const { name, pid } of system.ready.processes)
      if (!/kafka|postgres/.test(name)) expect(peakMbOf(pid), name).toBeLessThan(memoryMbMax);
    // Nothing acknowledged is lost, and both replicas have got over it.
    let position = -1;
    await system.until(
      'the gateway takes a last record',
      async () => {
        const end = { resourceType: 'Basic', id: 'end', code: { text: 'end' } };
        const { status, headers } = await system.publish('PUT', '/fhir/Basic/end', end, { sender: 2 });
        position = Number(headers.get('reprise-position'));
        return status === 200;
      },
      60_000,
    );
    await system.applied(good.finess, position, 120_000);
    for (const replica of ['a', 'b'] as const) {
      const bundle = (await (await system.read(replica, good.finess, 'Patient?_count=100')).json()) as {
        entry?: unknown[];
      };
      expect(bundle.entry?.length).toBe(ids.length);
    }
    const { code, stderr } = await system.reprise('verify', 'replica');
    expect(code, stderr).toBe(0);
  });
});

describe('what is wrong is named, by status and by doctor, and they end with 1', () => {
  let system: LocalSystem;
  beforeAll(async () => {
    system = await LocalSystem.start('--quiet-feed');
    await fillWith(system, 60);
  });
  afterAll(async () => {
    for (const { pid } of system?.ready.processes ?? []) process.kill(pid, 'SIGCONT');
    await system?.stop();
  });

  const named = async (problem: string, withinMs = 45_000): Promise<void> => {
    let seen: Status | undefined;
    await system.until(
      `status names ${problem}`,
      async () => {
        const { code, status } = await statusOf(system);
        seen = status;
        return code === 1 && status.problems.some(({ code: one, state }) => one === problem && state === 'wrong');
      },
      withinMs,
    );
    expect(seen?.state).toBe('wrong');
    expect((await system.reprise('doctor')).code).toBe(1);
  };

  it('a healthy system is called healthy', async () => {
    const { code, status } = await statusOf(system);
    expect([code, status.problems]).toEqual([0, []]);
  });

  it('orders that nobody gave, written straight into the directory, move nothing and are named', async () => {
    const { finess } = system.sender();
    const before = await (await system.read('a', finess, 'Patient?_count=100')).json();
    const forged = { v: 1, at: Date.now(), by: 'camille', restoreId: 'forged' };
    const timeline = {
      number: 2,
      parent: { number: 1 },
      branch: 0,
      cut: 0,
      exclusions: { senders: [], types: [], between: [], clock: 'recorded' },
      plannedAt: 0,
      afterCut: 'omit',
      resumeAt: 'not-promoted',
    };
    const targets = [{ establishment: finess, timeline, buildTo: 0, events: 1 }];
    await appendRaw(system, [
      JSON.stringify({ ...forged, kind: 'restore-requested', planId: 'p', planHash: 'h', target: '', targets }),
      JSON.stringify({ ...forged, kind: 'restore-promoted', resumeAt: { [finess]: 10 } }),
      JSON.stringify({ ...forged, kind: 'restore-requested', restoreId: 'halved' }),
      'not JSON at all',
    ]);
    await named('directory.refused');
    expect(await (await system.read('a', finess, 'Patient?_count=100')).json()).toEqual(before);
    // What was refused stops nobody at the next start either.
    for (const name of ['control', 'replicator-a']) {
      const former = await system.pidOf(name);
      await system.kill(name);
      await system.until(`${name} runs again`, async () => (await system.pidOf(name)) !== former);
    }
    await named('directory.refused');
  });

  it('one byte that was changed behind our back', async () => {
    await asSuperuser(system, 'a', async (client) => {
      const { rowCount } = await client.query(
        `update versions set content = set_byte(content, 40, get_byte(content, 40) # 1)
         where ctid = (select ctid from versions where type = 'Patient' limit 1)
           and tableoid = (select tableoid from versions where type = 'Patient' limit 1)`,
      );
      expect(rowCount).toBe(1);
    });
    await named('scrub.differs', 90_000);
    expect((await system.reprise('verify', 'replica')).code).toBe(3);
  });

  it('row-level security that was switched off', async () => {
    await asSuperuser(system, 'b', (client) => client.query('alter table versions disable row level security'));
    await named('postgres.drift');
  });

  it('a replicator that is frozen', async () => {
    const pid = await system.pidOf('replicator-b');
    process.kill(pid, 'SIGSTOP');
    await named('replicator.silent');
    const { stderr } = await system.reprise('status');
    expect(stderr).toContain('replica b: its replicator has said nothing for');
    process.kill(pid, 'SIGCONT');
  });

  it('a sender that removes what it never removed', async () => {
    const { finess } = system.sender();
    const { entry = [] } = (await (await system.read('a', finess, 'Basic?_count=500')).json()) as {
      entry?: { resource: { id: string } }[];
    };
    expect(entry.length).toBeGreaterThan(50);
    for (const { resource } of entry)
      await (await system.publish('DELETE', `/fhir/Basic/${resource.id}`, undefined)).arrayBuffer();
    await system.until('status names the spike', async () =>
      (await statusOf(system)).status.problems.some(({ code }) => code === 'removals.spiked'),
    );
  });

  it('and answers in less than three seconds with the log, a replica and a reader frozen', async () => {
    const frozen = await Promise.all(['kafka', 'postgres-b', 'reader-a'].map((name) => system.pidOf(name)));
    for (const pid of frozen) process.kill(pid, 'SIGSTOP');
    try {
      for (const verb of ['status', 'doctor']) {
        // The terminal waits three seconds: an answer that took longer would be none, and nothing to parse.
        const { code, stdout, stderr } = await system.reprise(verb, '--output', 'json');
        expect([1, 75], `${stdout}${stderr}`).toContain(code);
        expect(JSON.parse(stdout)).toMatchObject({ state: 'wrong' });
      }
    } finally {
      for (const pid of frozen) process.kill(pid, 'SIGCONT');
    }
  });
});
