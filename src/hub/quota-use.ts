import { directedPermissions } from '../agreements/directed-clauses.js';
import { QUOTA_UNITS, type Quota, type QuotaUnit } from '../domain/clause.js';
import type { Basis, Decision, QuotaAccount } from '../domain/decision.js';
import { basisOf } from '../policy/candidate.js';
import { clauseStatusAt } from '../policy/in-force.js';
import { quotaAccountOf } from '../policy/quota-account.js';
import type { InForce, Ports, QuotaUse } from './ports.js';

/** One unit of one quota in its present day or month. */
export interface QuotaStanding {
  readonly basis: Basis;
  readonly assigner: string;
  /** the agency that receives, and is counted */
  readonly assignee: string;
  readonly unit: QuotaUnit;
  readonly per: Quota['per'];
  readonly limit: number;
  readonly used: number;
  /** requests refused in this period because too little was left */
  readonly refused: number;
  readonly from: Date;
  readonly resetsAt: Date;
}

/** An account and the direction of the clause it belongs to. */
interface DirectionAccount extends Pick<QuotaStanding, 'basis' | 'assigner' | 'assignee'> {
  readonly account: QuotaAccount;
}

/**
 * How much is used of every quota by which the agency gives or receives, under agreements that are in force or suspended.
 * To nobody else: how much two agencies exchange is a matter of theirs.
 */
export async function quotaStandings(hub: Ports, agency: string): Promise<readonly QuotaStanding[]> {
  const facts = await hub.agreements.inForce({ refresh: true });
  const accounts = accountsConcerning(facts, agency);
  const uses = await hub.quotas.usesOf(accounts.map(({ account }) => account));
  return accounts.flatMap((one, index) => standingsIn(one, uses[index]));
}

/** A recipient that asked for more than a quota let through, in one period of it. */
export interface RefusedAsking extends Pick<QuotaStanding, 'basis' | 'assigner' | 'assignee'> {
  readonly requests: number;
  readonly firstAt: Date;
  readonly resetsAt: Date;
}

/** What quotas by which the agency gives have refused since an instant, ended periods included. */
export async function refusedAskings(hub: Ports, agency: string, since: Date): Promise<readonly RefusedAsking[]> {
  const facts = await hub.agreements.inForce({ refresh: true });
  const given = new Map(
    accountsConcerning(facts, agency)
      .filter(({ assigner }) => assigner === agency)
      .map((one) => [one.account.key, one]),
  );
  const refusals = await hub.quotas.refusalsSince([...given.keys()], since);
  return refusals.flatMap(({ key, requests, firstAt, resetsAt }) => {
    const one = given.get(key);
    if (one === undefined) return [];
    const { basis, assigner, assignee } = one;
    return [{ basis, assigner, assignee, requests, firstAt, resetsAt }];
  });
}

/** The same of the clauses of one decision, by id of the database they are candidates for. */
export async function quotasByDatabase(
  hub: Ports,
  assignee: string,
  { grants }: Decision,
): Promise<ReadonlyMap<number, readonly QuotaStanding[]>> {
  const accounts = grants.flatMap((grant) => {
    if (grant.kind !== 'GRANTED') return [];
    const { id, owner: assigner } = grant.database;
    return grant.candidates.flatMap(({ basis, quota: account }) =>
      account === undefined ? [] : [{ id, basis, assigner, assignee, account }],
    );
  });
  const uses = await hub.quotas.usesOf(accounts.map(({ account }) => account));
  const standings = new Map<number, QuotaStanding[]>();
  accounts.forEach((one, index) => {
    standings.set(one.id, [...(standings.get(one.id) ?? []), ...standingsIn(one, uses[index])]);
  });
  return standings;
}

function standingsIn(one: DirectionAccount, use: QuotaUse | undefined): readonly QuotaStanding[] {
  const { basis, assigner, assignee, account } = one;
  const { limits, from, until } = account;
  return QUOTA_UNITS.flatMap((unit) => {
    const limit = limits[unit];
    if (limit === undefined) return [];
    const used = use?.used[unit] ?? 0;
    const refused = use?.refused ?? 0;
    const period = { per: limits.per, from, resetsAt: until };
    return [{ basis, assigner, assignee, unit, limit, used, refused, ...period }];
  });
}

const LIVE = ['IN_FORCE', 'SUSPENDED'];

function accountsConcerning({ set, now }: InForce, agency: string): readonly DirectionAccount[] {
  return set.versions
    .filter(({ terms }) => terms.parties.includes(agency))
    .flatMap((version) => directedPermissions(version).map((directed) => ({ version, ...directed })))
    .filter(({ assigner, assignee }) => assigner === agency || assignee === agency)
    .flatMap(({ version, clause, assigner, assignee }) => {
      const account = quotaAccountOf({ version, clause, assigner, assignee }, now);
      if (account === undefined) return [];
      if (!LIVE.includes(clauseStatusAt(set, version, now, { assigner, article: clause.article }))) return [];
      return [{ basis: basisOf({ version, clause, assigner }), assigner, assignee, account }];
    })
    .sort((a, b) => (a.account.key < b.account.key ? -1 : 1));
}
