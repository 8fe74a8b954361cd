import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planPorts } from './port-plan.js';

describe('the port plan', () => {
  it('has the defaults of the contract', () => {
    expect(Object.values(planPorts(undefined, {}))).toEqual([
      2575, 2576, 2577, 2585, 8080, 8081, 8082, 8090, 29_092, 29_093, 25_432, 25_433,
    ]);
  });

  it('has the order of the contract from any base, and then no variable counts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1024, max: 65_524 }), (base) => {
        const plan = planPorts(base, { REPRISE_GATEWAY_PORT: '1' });
        const { mllp1, mllp2, mllp3, mllps, gateway, readerA, readerB, control, kafka, kafkaController } = plan;
        const inOrder = [mllp1, mllp2, mllp3, mllps, gateway, readerA, readerB, control, kafka, kafkaController];
        expect([...inOrder, plan.postgresA, plan.postgresB]).toEqual(Array.from({ length: 12 }, (_, i) => base + i));
      }),
    );
  });

  it('takes each address from its variable', () => {
    expect(planPorts(undefined, { REPRISE_GATEWAY_PORT: '9080', REPRISE_POSTGRES_B_PORT: '' })).toMatchObject({
      gateway: 9080,
      postgresB: 25_433,
    });
  });

  it('refuses what is no port, and one port for two', () => {
    expect(() => planPorts(undefined, { REPRISE_KAFKA_PORT: '70000' })).toThrow('REPRISE_KAFKA_PORT is no port');
    expect(() => planPorts(undefined, { REPRISE_READER_A_PORT: '8080' })).toThrow('port 8080 is asked for twice');
  });
});
