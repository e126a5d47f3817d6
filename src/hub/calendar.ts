import type { LocalCalendar } from '../agreements/local-calendar.js';
import { startOfLocalDay } from '../policy/local-time.js';
import { endOfPeriod } from '../policy/notice.js';

/** Days and periods of a time zone as decisions count them: what is owed by a day is owed by the same instant everywhere. */
export const CALENDAR: LocalCalendar = { startOfLocalDay, endOfPeriod };
