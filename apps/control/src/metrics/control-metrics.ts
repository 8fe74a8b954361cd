import { metrics } from '#platform';
import { Gauge } from 'prom-client';

const registers = [metrics];

export const problems = new Gauge({
  name: 'reprise_problems',
  help: 'What `reprise status` and `doctor` tell under "problems", by code and whom it is about; the number of sentences',
  labelNames: ['code', 'state', 'establishment', 'replica', 'sender'],
  registers,
});
export const lookedAt = new Gauge({
  name: 'reprise_problems_looked_timestamp_seconds',
  help: 'When control last looked for problems; every 10 s while all is well',
  registers,
});
export const settingsWrong = new Gauge({
  name: 'reprise_log_settings_wrong',
  help: '1 while a setting of a log, a journal or the directory could lose events, 0 while all are as they must be',
  registers,
});
export const inSyncBrokers = new Gauge({
  name: 'reprise_log_in_sync_brokers',
  help: 'Brokers that hold all of this log now',
  labelNames: ['establishment'],
  registers,
});
export const assignedBrokers = new Gauge({
  name: 'reprise_log_assigned_brokers',
  help: 'Brokers that must hold this log',
  labelNames: ['establishment'],
  registers,
});
export const logEvents = new Gauge({
  name: 'reprise_log_events',
  help: 'Events that the log of an establishment holds',
  labelNames: ['establishment'],
  registers,
});
export const silent = new Gauge({
  name: 'reprise_establishment_silent_seconds',
  help: 'Since the newest event of the log was recorded',
  labelNames: ['establishment'],
  registers,
});
export const estimate = new Gauge({
  name: 'reprise_restore_estimate_seconds',
  help: 'How long a restore of the whole log would take, as `reprise status` estimates it',
  labelNames: ['establishment'],
  registers,
});
export const proven = new Gauge({
  name: 'reprise_restore_proven_timestamp_seconds',
  help: 'When a restore of this establishment was last built alike by all replicas and certified; absent where none was',
  labelNames: ['establishment'],
  registers,
});
export const following = new Gauge({
  name: 'reprise_replica_following',
  help: '1 while this replica follows the log of the establishment, as control sees it in its database; 0: halted, silent, unreachable, not begun',
  labelNames: ['replica', 'establishment'],
  registers,
});
export const lag = new Gauge({
  name: 'reprise_replica_lag_seconds',
  help: 'Since this replica was level with the log, as control sees it; 0 = level. Absent while its database does not answer',
  labelNames: ['replica', 'establishment'],
  registers,
});
export const lagEvents = new Gauge({
  name: 'reprise_replica_lag_events',
  help: 'Events of the log that this replica does not show yet, as control sees it',
  labelNames: ['replica', 'establishment'],
  registers,
});
export const position = new Gauge({
  name: 'reprise_replica_position',
  help: 'Position of the newest event that readers of this replica see; -1 before the first',
  labelNames: ['replica', 'establishment'],
  registers,
});
export const parked = new Gauge({
  name: 'reprise_replica_parked_events',
  help: 'Events that wait behind a fault in this replica, as control sees it',
  labelNames: ['replica', 'establishment'],
  registers,
});
export const heard = new Gauge({
  name: 'reprise_replica_heard_seconds',
  help: 'Since the process that writes this replica last said that it lives',
  labelNames: ['replica', 'establishment'],
  registers,
});
export const senderSilent = new Gauge({
  name: 'reprise_sender_silent_seconds',
  help: 'Since the newest message of this sender was received; absent where nothing came yet',
  labelNames: ['establishment', 'sender'],
  registers,
});
export const senderSilentAfter = new Gauge({
  name: 'reprise_sender_silent_after_seconds',
  help: 'How long nothing may come of this sender before it counts as silent: its setting `silentAfter`',
  labelNames: ['establishment', 'sender'],
  registers,
});
export const senderMissing = new Gauge({
  name: 'reprise_sender_missing_messages',
  help: 'Numbers of this sender that did not come, where it numbers its messages',
  labelNames: ['establishment', 'sender'],
  registers,
});
export const senderAlarms = new Gauge({
  name: 'reprise_sender_alarms',
  help: 'Messages of this sender under an id that was used for other bytes, or orders under a number that another order has',
  labelNames: ['establishment', 'sender'],
  registers,
});
export const restores = new Gauge({
  name: 'reprise_restores',
  help: 'Restores that are open, by state: running, built, approved, failed, and differing: its replicas built two states of one log',
  labelNames: ['state'],
  registers,
});
export const restoreEventsLeft = new Gauge({
  name: 'reprise_restore_events_left',
  help: 'Events that restores which run have still to replay, of all of them',
  registers,
});
