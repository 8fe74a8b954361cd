import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { Finess, Position } from '#domain';
import { freshFiness, testKafka } from '../../testing/src/servers.js';
import { KafkaClient } from './kafka-client.js';
import { KafkaEstablishmentLog } from './kafka-establishment-log.js';
import { ConfigResourceTypes } from './library.js';
import { LogTopics } from './log-topics.js';
import { logTopic } from './topics.js';
import { asAdministrator, deleteTopic } from './topics.fixture.js';

const client = new KafkaClient({ brokers: [testKafka().brokers] });
const topics = new LogTopics(client, 1);

const set = (topic: string, name: string, value: string): Promise<unknown> =>
  asAdministrator(client, (admin) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name, value }] }],
    }),
  );

describe('settings of the logs', () => {
  const establishment = Finess.parse(freshFiness());
  const topic = logTopic(establishment);
  beforeAll(() => topics.ensure([establishment]));

  it('says how many brokers hold a log, and how many are level', async () => {
    const establishment = Finess.parse(freshFiness());
    await topics.ensure([establishment]);
    expect(await topics.inSync([establishment])).toEqual([{ establishment, assigned: 1, inSync: 1 }]);
  });

  it('are right as the topics are made, and making them again changes nothing', async () => {
    await topics.ensure([establishment]);
    await topics.assertSettings([establishment]);
  });

  it.each([
    ['cleanup.policy', 'compact'],
    ['retention.ms', '604800000'],
    ['retention.bytes', '1000000'],
    ['message.timestamp.type', 'CreateTime'],
    ['unclean.leader.election.enable', 'true'],
    ['max.message.bytes', '1048588'],
  ])('are named when wrong: %s=%s', async (name, value) => {
    await set(topic, name, value);
    await expect
      .poll(() => topics.assertSettings([establishment]).catch((error: unknown) => error))
      .toMatchObject({
        code: 'log.settings',
        message: expect.stringContaining(`${topic}: ${name} is ${value}, must be`),
      });
  });

  it('ask for one in-sync copy less than the copies', async () => {
    await expect(new LogTopics(client, 3).assertSettings([establishment])).rejects.toMatchObject({
      code: 'log.settings',
      message: expect.stringMatching(/replicas is 1, must be 3.*min\.insync\.replicas is 1, must be 2/),
    });
  });

  it('allow one partition only, because a second would be a second order', async () => {
    const wide = Finess.parse(freshFiness());
    await topics.ensure([wide]);
    await asAdministrator(client, (admin) =>
      admin.createPartitions({ topicPartitions: [{ topic: logTopic(wide), count: 2 }] }),
    );
    await expect
      .poll(() => topics.assertSettings([wide]).catch((error: unknown) => error))
      .toMatchObject({ code: 'log.settings', message: `${logTopic(wide)}: partitions is 2, must be 1` });
  });

  it('say that a topic is missing', async () => {
    const gone = Finess.parse(freshFiness());
    await topics.ensure([gone]);
    await deleteTopic(client, logTopic(gone));
    await expect(topics.assertSettings([gone])).rejects.toMatchObject({ code: 'log.settings' });
  });

  it('refuse an event that is larger than the topic takes, by the setting', async () => {
    const small = Finess.parse(freshFiness());
    await topics.ensure([small]);
    await set(logTopic(small), 'max.message.bytes', '20000');
    const log = new KafkaEstablishmentLog(client);
    const large = randomBytes(200_000);
    await expect
      .poll(() => log.append(small, large, {}).catch((error: unknown) => error))
      .toMatchObject({
        code: 'log.settings',
        message: expect.stringContaining('max.message.bytes'),
      });
    expect(await log.append(small, Buffer.from('small'), {})).toBeGreaterThanOrEqual(Position.of(0));
    await log.close();
  });
});
