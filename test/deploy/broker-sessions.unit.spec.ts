import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { sessionMs } from '../../libs/kafka/src/log-batch.strategy.js';

it.each(['deploy/compose/kafka/broker.properties', 'deploy/kubernetes/base/kafka.yaml'])(
  '%s takes sessions as short as those of replicators',
  (file) => {
    const [, shortest] = /^\s*group\.min\.session\.timeout\.ms[=:]\s*(\d+)$/m.exec(readFileSync(file, 'utf8')) ?? [];
    expect(Number(shortest)).toBeLessThanOrEqual(sessionMs);
  },
);
