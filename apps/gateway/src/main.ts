import 'reflect-metadata';
import { runApp } from '#platform';
import { bootGateway } from './boot-gateway.js';
import { GatewayConfiguration } from './gateway-configuration.js';

await runApp('gateway', GatewayConfiguration, bootGateway);
