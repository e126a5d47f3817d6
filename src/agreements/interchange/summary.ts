import type { Clause, Constraints, Permission, Prohibition } from '../../domain/clause.js';
import type { Predicate } from '../../domain/predicate.js';
import type { ExchangeStandard, Scalar } from '../../domain/record-type.js';
import type { Treatment } from '../../domain/treatment.js';
import { unreachable } from '../../support/unreachable.js';
import type { AgreedVersion } from './agreed-version.js';
import { dayInWords, type Phrases } from './phrases.js';

/** One article in words: its number, and what it says sentence by sentence. */
export interface ArticleInWords {
  readonly heading: string;
  readonly sentences: readonly string[];
  /** what is demanded besides, one item each; empty for none */
  readonly conditions: readonly string[];
}

/** An agreement in words, for a document or a plain text. */
export interface Summary {
  readonly heading: string;
  readonly introduction: readonly string[];
  readonly articles: readonly ArticleInWords[];
  /** stands before the conditions of an article */
  readonly conditionsLabel: string;
  readonly endingHeading: string;
  readonly ending: readonly string[];
}

/** What a version of an agreement says, for people who do not read clauses: complete, in the order of its articles. */
export function summaryOf(version: AgreedVersion, standard: ExchangeStandard, phrases: Phrases): Summary {
  const { terms, agencies, finalisedAt } = version;
  const named = (code: string): string => {
    const name = agencies.find((agency) => agency.code === code)?.name;
    return name === undefined ? code : `${name} (${code})`;
  };
  const day = (text: string): string => dayInWords(text, phrases.locale);
  const { amendmentNotice, terminationNotice, afterEffects, framework } = terms;
  const within = (duration: string | undefined): string | null =>
    duration === undefined ? null : phrases.duration(duration);
  return {
    heading: phrases.heading(terms.reference, version.version, terms.title),
    introduction: [
      ...(phrases.unreviewed === null ? [] : [phrases.unreviewed]),
      phrases.parties(terms.parties.map(named)),
      phrases.legalBasis(terms.legalBasis),
      phrases.validity(day(terms.from), day(terms.until), terms.timeZone),
      ...(framework === undefined ? [] : [phrases.framework(framework)]),
      ...(finalisedAt === null ? [phrases.notInForce] : []),
    ],
    articles: terms.clauses.map((clause) => articleOf(clause, standard, phrases)),
    conditionsLabel: phrases.conditions,
    endingHeading: phrases.ending.heading,
    ending: [
      phrases.ending.amendment(within(amendmentNotice)),
      phrases.ending.suspension,
      phrases.ending.termination(within(terminationNotice)),
      ...(afterEffects === undefined
        ? []
        : [phrases.ending.afterwards(afterEffects.received, within(afterEffects.within))]),
    ],
  };
}

/** The summary as plain text, one sentence group per line. */
export function summaryText({
  heading,
  introduction,
  articles,
  conditionsLabel,
  endingHeading,
  ending,
}: Summary): string {
  const told = ({ conditions }: ArticleInWords): readonly string[] =>
    conditions.length === 0 ? [] : [conditionsLabel, ...conditions.map((condition) => `- ${condition}`)];
  const blocks = [
    heading,
    introduction.join('\n'),
    ...articles.map((article) => [article.heading, ...article.sentences, ...told(article)].join('\n')),
    `${endingHeading}\n${ending.join('\n')}`,
  ];
  return `${blocks.join('\n\n')}\n`;
}

function articleOf(clause: Clause, standard: ExchangeStandard, phrases: Phrases): ArticleInWords {
  const heading = phrases.article(clause.article);
  if (clause.kind === 'PROHIBITION') {
    return { heading, sentences: prohibitionSentences(clause, standard, phrases), conditions: [] };
  }
  const sentences = permissionSentences(clause, standard, phrases);
  return { heading, sentences, conditions: conditionsOf(clause.constraints, phrases) };
}

function permissionSentences(clause: Permission, standard: ExchangeStandard, phrases: Phrases): readonly string[] {
  const { assigner, assignee, action, mutual, rows, purposes } = clause;
  return [
    phrases.permission({ assigner, assignee, action, mutual, records: recordsOf(clause, standard, phrases) }),
    phrases.purposes(purposes.map((name) => purposeName(name, standard, phrases))),
    rows === undefined ? phrases.everyRow : phrases.rows(conditionText(rows, phrases)),
    ...shownSentences(clause, phrases),
  ];
}

function shownSentences({ fields }: Permission, phrases: Phrases): readonly string[] {
  if (fields === undefined) return [phrases.onlyReference];
  const byHow = new Map<string, string[]>();
  for (const [field, treatment] of Object.entries(fields)) {
    if (treatment.kind === 'WITHHELD') continue;
    const how = phrases.treatment(treatment as Treatment);
    byHow.set(how, [...(byHow.get(how) ?? []), field]);
  }
  return [...[...byHow].map(([how, names]) => phrases.shown(names, how)), phrases.restWithheld];
}

function prohibitionSentences(clause: Prohibition, standard: ExchangeStandard, phrases: Phrases): readonly string[] {
  const { assigner, assignee, mutual, action, fields = [], sensitivity = [], rows, purposes } = clause;
  const records = recordsOf(clause, standard, phrases);
  return [
    phrases.prohibition({ assigner, assignee, mutual, action, records, fields, sensitivities: sensitivity }),
    ...(purposes.length === 0 ? [] : [phrases.purposes(purposes.map((name) => purposeName(name, standard, phrases)))]),
    ...(rows === undefined ? [] : [phrases.rows(conditionText(rows, phrases))]),
  ];
}

function recordsOf({ scope }: Clause, standard: ExchangeStandard, { quotesStandard }: Phrases): string {
  if (scope.kind === 'Database') return scope.database;
  const described = standard.recordTypes.find(({ name }) => name === scope.recordType)?.description.trim();
  return described && quotesStandard ? `${scope.recordType} (${withoutStop(described)})` : scope.recordType;
}

function purposeName(name: string, standard: ExchangeStandard, { quotesStandard }: Phrases): string {
  const described = standard.purposes.find((purpose) => purpose.name === name)?.description.trim();
  return described && quotesStandard ? `${name} (${withoutStop(described)})` : name;
}

function withoutStop(sentence: string): string {
  return (sentence.split('\n', 1)[0] ?? sentence).replace(/\.$/, '');
}

function conditionsOf(constraints: Constraints, phrases: Phrases): readonly string[] {
  const { duties = [], ...others } = constraints;
  const said = Object.entries(others).flatMap(([kind, value]) => {
    if (value === undefined) return [];
    const say = phrases.condition[kind as Exclude<keyof Constraints, 'duties'>] as (value: unknown) => string;
    return [say(value)];
  });
  return [...said, ...duties.map((duty) => phrases.condition.duty(duty))];
}

/** A condition on records in words; what is grouped stands in brackets. */
export function conditionText(predicate: Predicate, phrases: Phrases): string {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return `(${predicate.of.map((one) => conditionText(one, phrases)).join(` ${phrases[predicate.kind]} `)})`;
    case 'not':
      return phrases.not(conditionText(predicate.of, phrases));
    case 'compare':
      return phrases.comparison(
        predicate.field,
        predicate.op,
        valueText(predicate.value, phrases),
        typeof predicate.value === 'number',
      );
    default:
      return unreachable(predicate);
  }
}

function valueText(value: Scalar | readonly Scalar[], phrases: Phrases): string {
  return typeof value === 'object' ? phrases.list(value.map(String)) : String(value);
}
