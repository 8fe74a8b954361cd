import 'reflect-metadata';
import { runApp } from '#platform';
import { bootControl } from './boot-control.js';
import { ControlConfiguration } from './control-configuration.js';

await runApp('control', ControlConfiguration, bootControl);
