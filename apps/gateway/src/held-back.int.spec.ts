import { testKafka } from '#testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../test/a-gateway.spec.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway(testKafka().brokers, { senderMegabytesAnHour: 1 });
});
afterAll(() => gateway.stop());

it('a sender that has spent its hour is told when to come again, and named in the numbers that control reads', async () => {
  const [{ name, finess, token }] = gateway.senders;
  const text = { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${'x'.repeat(1_100_000)}</div>` };
  const write = (): Promise<Response> =>
    fetch(`${gateway.base}/establishments/${finess}/fhir/Patient/p`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      body: JSON.stringify({ resourceType: 'Patient', id: 'p', text }),
    });
  const numbers = async (): Promise<string> => (await fetch(`${gateway.base}/metrics`)).text();
  const named = `reprise_sender_held_back_seconds{sender="${name}"} `;
  expect([(await write()).status, (await numbers()).includes(named)]).toEqual([200, false]);
  const heldBack = await write();
  expect([heldBack.status, Number(heldBack.headers.get('retry-after')) > 60]).toEqual([503, true]);
  await expect.poll(numbers, { timeout: 30_000, interval: 500 }).toContain(named);
});
