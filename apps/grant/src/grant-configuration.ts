import { IsOptional } from 'class-validator';
import { Addresses, Names, Text } from '#platform';

export class GrantConfiguration {
  @Addresses() kafkaBrokers: readonly string[];
  /** Of an administrator of Kafka. */
  @IsOptional() @Text() kafkaTlsDir?: string;
  @IsOptional() @Text() kafkaUser?: string;
  @IsOptional() @Text() kafkaPasswordFile?: string;
  /** The declared territory: its establishments have the topics that the rules name. */
  @Text() territoryFile: string;
  /** `a,b`: each replica has a consumer group. */
  @Names() replicaNames: readonly string[];
}
