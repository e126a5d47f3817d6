import type { AgreementSet, AgreementVersion } from '../domain/agreement.js';

/**
 * The set as it was at an instant: only what was finalised by then, and the acts effective by then. The set itself, if that
 * leaves nothing out.
 *
 * A version finalised later is absent, not NOT_YET_IN_FORCE: nobody could have known of it.
 */
export function setAsOf(set: AgreementSet, at: Date): AgreementSet {
  const versions = set.versions.filter(({ finalisedAt }) => finalisedAt <= at);
  const acts = set.acts.filter(({ effectiveAt }) => effectiveAt <= at);
  if (versions.length === set.versions.length && acts.length === set.acts.length) return set;
  return { version: set.version, versions, acts };
}

/**
 * The set as it would be with one more version finalised at `now` and begun by then, superseding the ones before it. Acts on
 * the agreement stay as they are: a suspension outlives an amendment.
 */
export function setWith(set: AgreementSet, version: AgreementVersion, now: Date): AgreementSet {
  const from = version.from < now ? version.from : now;
  const { noticeEndsAt: _none, ...begun } = version;
  return { ...set, versions: [...set.versions, { ...begun, from, finalisedAt: now }] };
}
