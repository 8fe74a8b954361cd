import { identity, movement, result } from '../system/messages.js';
import { codeOf } from '../system/mllp-connection.js';
import type { ComposeSystem, PortName } from './compose-system.js';

interface Bundle {
  readonly entry?: readonly { readonly resource: Readonly<Record<string, unknown>> & { readonly id: string } }[];
}

const readers = { a: 'READER_A_PORT', b: 'READER_B_PORT' } as const satisfies Record<string, PortName>;

/** What an integrator sends over MLLP, read at both sites: the first scenario of `test/line.e2e.spec.ts`. Faults, a sentence each. */
export const lineFaults = async (system: ComposeSystem, family = 'LIGNE'): Promise<readonly string[]> => {
  const faults: string[] = [];
  const expect = (what: string, holds: boolean): void => {
    if (!holds) faults.push(what);
  };
  const { senders, readers: callers } = system.credentials;
  const [sender] = senders;
  const token = callers.toSorted((a, b) => b.establishments.length - a.establishments.length)[0]?.token;
  if (!sender || token === undefined) return ['the installation has no sender or no reader'];
  const { finess } = sender;

  const said = { ipp: `L-${family}`, family };
  const visit = { ...said, controlId: `${family}-2`, visit: `V-${family}`, movement: `M-${family}` };
  const mllp = await system.mllp(sender.name);
  for (const message of [
    identity({ ...said, controlId: `${family}-1` }),
    movement('A01', visit),
    result({ ...said, controlId: `${family}-3`, order: `O-${family}`, value: '13.20' }),
  ]) {
    const answer = await mllp.send(message);
    expect(`a message was answered ${answer}`, codeOf(answer) === 'AA');
  }
  mllp.close();

  const marker = { resourceType: 'Basic', id: 'marker', code: { text: String(Date.now()) } };
  const path = `/establishments/${finess}/fhir`;
  const put = await system.ask('GATEWAY_PORT', `${path}/Basic/marker`, {
    token: sender.token,
    method: 'PUT',
    body: marker,
  });
  expect(`PUT was answered ${put.status} ${put.text}`, put.status === 200);
  const position = Number(put.headers['reprise-position']);

  for (const [replica, port] of Object.entries(readers)) {
    const read = async (query: string): Promise<string> => (await system.ask(port, `${path}/${query}`, { token })).text;
    await system.until(
      `replica ${replica} has applied up to ${position}`,
      async () => {
        const { headers } = await system.ask(port, `${path}/Patient?_count=1`, { token });
        return Number(/position=(-?\d+)/.exec(String(headers['reprise-watermark']))?.[1]) >= position;
      },
      60_000,
    );
    const entries = async (query: string) => (JSON.parse(await read(query)) as Bundle).entry ?? [];
    const [patient, ...others] = await entries(`Patient?identifier=${said.ipp}`);
    expect(`${replica}: the patient is not there once`, patient !== undefined && others.length === 0);
    expect(`${replica}: another birth date`, patient?.resource['birthDate'] === '1980-03-24');
    const [observation] = await entries(`Observation?patient=${patient?.resource.id}`);
    expect(
      `${replica}: the value is not as it was sent`,
      (await read(`Observation/${observation?.resource.id}`)).includes('13.20'),
    );
    const stranger = await system.ask(port, `${path}/Patient`);
    expect(`${replica}: a stranger was answered ${stranger.status}`, stranger.status === 401);
  }
  return faults;
};
