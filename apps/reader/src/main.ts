import 'reflect-metadata';
import { runApp } from '#platform';
import { bootReader } from './boot-reader.js';
import { ReaderConfiguration } from './reader-configuration.js';

await runApp('reader', ReaderConfiguration, bootReader);
