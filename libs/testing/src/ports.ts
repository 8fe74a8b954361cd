import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';

/** Can this loopback port be listened on right now? */
export const isPortFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)));
  });

/** Does something accept connections on this loopback port? */
export const isPortOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const answer = (open: boolean) => (): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', answer(true)).once('error', answer(false)).setTimeout(1000, answer(false));
  });

/** Above what services of a machine listen on, below what the kernel gives to outgoing connections (from 32 768 on Linux). */
const [firstPort, lastPort] = [10_000, 31_999];
const given = new Set<number>();

/**
 * Loopback ports, all different, that nobody listens on now, and that were not given before. A port that the kernel picks by itself could
 * become the local end of any connection before it is listened on.
 */
export const freePorts = async (count: number): Promise<readonly number[]> => {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = randomInt(firstPort, lastPort + 1);
    if (given.has(port) || !(await isPortFree(port))) continue;
    given.add(port);
    ports.push(port);
  }
  return ports;
};
