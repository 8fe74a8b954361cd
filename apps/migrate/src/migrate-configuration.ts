import { Url } from '#platform';

export class MigrateConfiguration {
  /** Role that owns the tables of this replica, `reprise_owner`. No other process has its password. */
  @Url() postgresOwnerUrl: string;
}
