import type { Ask } from '../domain/ask.js';
import { HubError } from '../domain/errors.js';
import type { Journal } from './journal.js';
import type { Ports } from './ports.js';

/** Tells the journal for what is asked, before anything is read. @throws HubError BAD_USER_INPUT for an unknown purpose */
export function stateAsk(hub: Ports, journal: Journal, ask: Ask): void {
  const purpose = hub.standard.purposes.find(({ name }) => name === ask.purpose);
  if (purpose === undefined) throw new HubError('BAD_USER_INPUT', `no purpose is called \`${ask.purpose}\``);
  journal.state({ purpose: ask.purpose, regime: purpose.regime, justification: ask.justification ?? null });
}
