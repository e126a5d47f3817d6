import type { Job } from '../jobs.js';
import { archiveLedger } from './archive-ledger.js';
import { endRetention } from './end-retention.js';
import { forgetTurnedAway } from './forget-turned-away.js';
import { indexLedger } from './index-ledger.js';
import { makeMonths } from './make-months.js';
import { job as postNotices } from './post-notices.js';
import { job as signHead } from './sign-head.js';
import { tellRecipientsJob } from './tell-recipients.js';

/** Every job of the hub, in the order the operator sees them. A new one is a file beside this and a line here. */
export const JOBS: readonly Job[] = [
  postNotices,
  signHead,
  indexLedger,
  endRetention,
  tellRecipientsJob,
  makeMonths,
  archiveLedger,
  forgetTurnedAway,
];
