/** The process of the hub. Its life is told in `start/hub-process.ts`, what it is made of in `app.ts`. */
import { runHub } from './start/hub-process.js';

// Loaded on demand: a broken configuration or a taken port is told before the whole hub is read in.
await runHub(async () => (await import('./app.js')).createApp);
