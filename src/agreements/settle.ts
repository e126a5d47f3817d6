import type { AgreementVersion } from '../domain/agreement.js';
import type { AgreementHistory, Doubt, Verified } from '../domain/agreement-history.js';
import { plainReference, REFERENCE_SUFFIX_MARK } from '../domain/agreement-reference.js';
import { knownTo } from './reference.js';

/**
 * What agreements come to together that were verified one by one: no words count twice, and annexes stand under the
 * framework they mean.
 *
 * INVARIANT (one life): words finalised under two keys count under neither. Otherwise what was terminated could be put into
 * force again under another key of the same reference, with the signatures it had.
 */
export function settle(agreements: readonly Verified[]): Verified {
  const versions = agreements.flatMap((agreement) => agreement.versions);
  const repeated = repeatedReferences(versions);
  const counted = versions.filter(({ terms }) => !repeated.has(terms.reference));
  const doubts = versions
    .filter(({ terms, version }) => version === 1 && repeated.has(terms.reference))
    .map(({ terms, version }): Doubt => {
      return { reference: terms.reference, version, cause: 'REPEATED', parties: terms.parties };
    });
  return {
    versions: counted.map((version) => underFramework(version, counted)),
    doubts: [...agreements.flatMap((agreement) => agreement.doubts), ...doubts],
  };
}

/**
 * The agreement an annex means by the reference of its framework: the only one of that reference, or, of several, the first
 * finalised among those that all parties of the annex are party to. `besa.framework_key` says the same.
 *
 * @param versions finalised ones of any agreements
 * @returns its key; undefined if there is none
 */
export function frameworkKey(
  annex: AgreementVersion['terms'],
  versions: readonly AgreementVersion[],
): string | undefined {
  const { framework } = annex;
  if (framework === undefined) return undefined;
  const named = versions.filter(({ terms, version }) => version === 1 && plainReference(terms.reference) === framework);
  if (named.length <= 1) return named[0]?.terms.reference;
  const [first] = named
    .filter(({ terms }) => annex.parties.every((party) => terms.parties.includes(party)))
    .sort(
      (a, b) => a.finalisedAt.getTime() - b.finalisedAt.getTime() || (a.terms.reference < b.terms.reference ? -1 : 1),
    );
  return first?.terms.reference;
}

/** Names towards the parties that see several agreements of one reference, by key. Empty where nobody does. */
export function namesOf(histories: readonly AgreementHistory[]): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const agencies = new Set(histories.flatMap(({ events }) => events.flatMap(({ agency }) => agency ?? [])));
  const names = new Map<string, Record<string, string>>();
  for (const agency of agencies) {
    for (const { history, shown } of knownTo(agency, histories)) {
      if (shown === plainReference(history.reference)) continue;
      names.set(history.reference, { ...names.get(history.reference), [agency]: shown });
    }
  }
  return names;
}

function underFramework(annex: AgreementVersion, versions: readonly AgreementVersion[]): AgreementVersion {
  const { framework } = annex.terms;
  if (framework === undefined) return annex;
  // No agreement has this key: an annex whose framework cannot be told gives nothing.
  const key = frameworkKey(annex.terms, versions) ?? `${framework}${REFERENCE_SUFFIX_MARK}`;
  return key === framework ? annex : { ...annex, terms: { ...annex.terms, framework: key } };
}

function repeatedReferences(versions: readonly AgreementVersion[]): ReadonlySet<string> {
  const byHash = new Map<string, Set<string>>();
  for (const { hash, terms } of versions) byHash.set(hash, (byHash.get(hash) ?? new Set()).add(terms.reference));
  return new Set([...byHash.values()].flatMap((references) => (references.size > 1 ? [...references] : [])));
}
