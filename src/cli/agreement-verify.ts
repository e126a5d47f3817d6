import type { Doubt } from '../domain/agreement-history.js';
import { type ShownAgreement, verdictLines } from './agreement-text.js';
import { type CommandContext, CommandFailure } from './command.js';
import { askHub, type Caller, dataOf } from './hub-client.js';
import { demandStandard } from './records-folder.js';

/** How a running hub is asked, as whom. */
export interface HubDoor {
  caller(): Promise<Caller>;
  /** @throws CommandFailure if there is no such agreement for the caller */
  agreement(caller: Caller, reference: string): Promise<ShownAgreement>;
}

type ShownDoubt = Pick<Doubt, 'reference' | 'version' | 'cause'>;

/**
 * Checks what a running hub believes, and then, of the agreement named, hash and signatures here on this machine.
 *
 * @param reference absent = every agreement of the caller's agency, as the hub believes them
 */
export async function verifyWithHub(
  { terminal }: CommandContext,
  door: HubDoor,
  reference: string | undefined,
): Promise<void> {
  const caller = await door.caller();
  const { agreementDoubts } = dataOf(await askHub(caller, '{ agreementDoubts { reference version cause } }'));
  const all = agreementDoubts as readonly ShownDoubt[];
  const doubts = reference === undefined ? all : all.filter((doubt) => doubt.reference === reference);
  // First what the hub knows: an agreement whose words were changed is shown to nobody.
  demandNone(doubts);
  if (reference === undefined) {
    terminal.print('✔ every version of your agreements verifies');
    return;
  }
  const { lines, faults } = verdictLines(await door.agreement(caller, reference));
  for (const line of lines) terminal.print(line);
  if (faults.length > 0) throw new CommandFailure(`\`${reference}\` does not verify`, faults);
}

/** Checks every version in the hub's database, with or without a hub. For whoever runs it: all agreements are looked at. */
export async function verifyAtRest(context: CommandContext, reference: string | undefined): Promise<void> {
  const standard = await demandStandard(context.config().recordsFolder);
  const { set, doubts = [] } = await context.withAgreements(standard, ({ agreements }) =>
    agreements.inForce({ refresh: true }),
  );
  demandNone(reference === undefined ? doubts : doubts.filter((doubt) => doubt.reference === reference));
  const verified = set.versions.filter(({ terms }) => reference === undefined || terms.reference === reference);
  if (reference !== undefined && verified.length === 0) {
    throw new CommandFailure(`nothing of \`${reference}\` was ever finalised here`);
  }
  context.terminal.print(`✔ ${verified.length} ${verified.length === 1 ? 'version verifies' : 'versions verify'}`);
}

/** What each cause means, for whoever has to mend it. */
const CAUSES: Readonly<Record<string, string>> = {
  HASH: 'the stored bytes are not those that were signed',
  TEXT: 'the stored text is not as the hub writes one',
  ENVIRONMENT: 'it was signed for another hub: see `BESA_ENVIRONMENT`',
  REFERENCE: 'it is the text of another agreement',
  VERSION: 'it does not continue the version before it',
  PARTIES: 'a party is not registered',
  SIGNATURE: 'a signature does not fit the bytes, or its key did not count when it was given',
  MISSING: 'a version that was finalised is gone',
  HISTORY: 'its history tells of something that is gone or was moved: a signature, a finalisation or an act',
  WIDENED: 'one party alone entered what needed both',
};

function demandNone(doubts: readonly ShownDoubt[]): void {
  if (doubts.length === 0) return;
  const lines = doubts.map(({ reference, version, cause }) => {
    return `\`${reference}\` version ${version}: ${CAUSES[cause] ?? 'it does not verify'} [${cause}]`;
  });
  throw new CommandFailure('what is stored is not what was signed: it permits nothing until it is mended', lines);
}
