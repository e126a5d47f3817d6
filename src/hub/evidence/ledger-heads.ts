import { type HeadFile, headFileText, headFrom, keysFileText } from '../../audit/signed-head.js';
import { HubError, type UserError } from '../../domain/errors.js';
import type { LedgerKey } from '../../domain/evidence.js';
import type { Identity } from '../../domain/identity.js';
import type { Journal } from '../journal.js';
import type { Ports, PresentedHead, PresentedVerdict } from '../ports.js';

type Heads = Pick<Ports, 'treeHeads' | 'signing'>;

/** @throws HubError FORBIDDEN: heads are for the agencies, whose requests the ledger holds */
function agencyOf({ agency }: Identity): string {
  if (agency === undefined) throw new HubError('FORBIDDEN');
  return agency;
}

/** A signed head with the public half of its key. */
export type SignedTreeHead = HeadFile;

/** The head of now, signed: whoever keeps it can tell later whether the past was changed. @throws HubError FORBIDDEN, SOURCE_UNAVAILABLE */
export async function ledgerHead({ treeHeads }: Heads, identity: Identity): Promise<SignedTreeHead> {
  agencyOf(identity);
  const head = await treeHeads.sign();
  const key = (await treeHeads.keys()).find(({ fingerprint }) => fingerprint === head.key);
  if (key === undefined) throw new HubError('SOURCE_UNAVAILABLE');
  return headFrom({ publicKey: key.publicKey, signature: head.signature, text: head.text });
}

/** The same as a file, `head.json`. */
export async function ledgerHeadFile(hub: Heads, identity: Identity): Promise<string> {
  return headFileText(await ledgerHead(hub, identity));
}

/** The keys of the ledger, in their order, with what introduced each. @throws HubError FORBIDDEN, SOURCE_UNAVAILABLE */
export async function ledgerKeys({ treeHeads }: Heads, identity: Identity): Promise<readonly LedgerKey[]> {
  agencyOf(identity);
  return treeHeads.keys();
}

/** The same as a file, `keys.json`. */
export async function ledgerKeysFile(hub: Heads, identity: Identity): Promise<string> {
  return keysFileText(hub.signing.environment, await ledgerKeys(hub, identity));
}

/** Proof that one tree begins with another: hashes in hexadecimal (RFC 6962, 2.1.2). */
export interface ConsistencyProof {
  readonly from: number;
  readonly to: number;
  readonly hashes: readonly string[];
}

/** @throws HubError FORBIDDEN; BAD_USER_INPUT for sizes the ledger never had */
export async function ledgerConsistency(
  { ledgerTree }: Pick<Ports, 'ledgerTree'>,
  identity: Identity,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<ConsistencyProof> {
  agencyOf(identity);
  await demandSize(ledgerTree, to, 'to');
  if (from < 1 || from > to)
    throw new HubError('BAD_USER_INPUT', '`from` is a size from 1 to `to`', { path: ['from'] });
  return { from, to, hashes: await ledgerTree.consistency(from, to) };
}

/** Proof that an entry is in a tree: hashes in hexadecimal (RFC 6962, 2.1.1), and the leaf they begin at. */
export interface InclusionProof {
  readonly sequence: number;
  readonly size: number;
  readonly at: Date;
  readonly leaf: string;
  readonly hashes: readonly string[];
}

/**
 * Null for an entry that is not there and for one that is none of the caller's business alike: it neither made it nor owns a
 * database that was asked.
 *
 * @throws HubError FORBIDDEN; BAD_USER_INPUT for a size the ledger never had
 */
export async function ledgerInclusion(
  { ledgerTree, treeHeads }: Pick<Ports, 'ledgerTree' | 'treeHeads'>,
  identity: Identity,
  { sequence, size }: { readonly sequence: number; readonly size: number },
): Promise<InclusionProof | null> {
  const agency = agencyOf(identity);
  await demandSize(ledgerTree, size, 'size');
  const found = sequence < 1 || sequence > size ? undefined : await treeHeads.leaf(sequence, agency);
  if (found === undefined) return null;
  return { sequence, size, ...found, hashes: await ledgerTree.inclusion(sequence, size) };
}

async function demandSize(tree: Pick<Ports['ledgerTree'], 'size'>, size: number, name: string): Promise<void> {
  const newest = await tree.size();
  if (size >= 1 && size <= newest) return;
  throw new HubError('BAD_USER_INPUT', `\`${name}\` is a size from 1 to ${newest}, as the ledger has it now`, {
    path: [name],
  });
}

export type Presented =
  | { readonly kind: 'COMPARED'; readonly verdict: Exclude<PresentedVerdict, { readonly kind: 'WORTHLESS' }> }
  | { readonly kind: 'REFUSED'; readonly userErrors: readonly UserError[] };

/**
 * Compares a head that an agency kept with the ledger. A genuine one that contradicts it is kept, and stops the hub until its
 * operator has acted; one that is not genuine does nothing.
 *
 * @throws HubError FORBIDDEN
 */
export async function presentLedgerHead(
  { witnesses }: Pick<Ports, 'witnesses'>,
  { identity, journal }: { readonly identity: Identity; readonly journal: Journal },
  presented: PresentedHead,
): Promise<Presented> {
  agencyOf(identity);
  if (!identity.roles.includes('AUDITOR')) throw new HubError('FORBIDDEN');
  journal.act('presentLedgerHead');
  const verdict = await witnesses.present(presented);
  if (verdict.kind === 'WORTHLESS') {
    const { field, why: message } = verdict;
    journal.fault('HEAD_NOT_GENUINE');
    return { kind: 'REFUSED', userErrors: [{ path: ['input', field], code: 'HEAD_NOT_GENUINE', message }] };
  }
  const { kind: outcome, root, size } = verdict;
  journal.act('presentLedgerHead', { outcome, root, size });
  return { kind: 'COMPARED', verdict };
}
