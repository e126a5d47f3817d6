import { QUOTA_UNITS } from '../../domain/clause.js';
import { durationParts, type Phrases } from './phrases.js';

const LIST = new Intl.ListFormat('en-GB', { type: 'conjunction' });
const NUMBER = new Intl.NumberFormat('en-GB');

const ACTIONS = {
  MATCH: 'ask whether a value is on record (hit or no hit) in',
  AGGREGATE: 'ask for statistics of',
  READ: 'read',
  EXPORT: 'read, and take out as files,',
} as const;

const QUOTA = {
  values: 'values asked for',
  requests: 'requests',
  records: 'records',
  subjects: 'different records',
} as const;

const mutually = (mutual: boolean): string => (mutual ? ' The same holds the other way round.' : '');
const within = (duration: string | null): string => (duration === null ? '' : ` within ${duration}`);
const notice = (duration: string | null): string => (duration === null ? 'at once' : `after a notice of ${duration}`);

/** The words of an agreement in English. */
export const ENGLISH: Phrases = {
  locale: 'en-GB',
  quotesStandard: true,
  unreviewed: null,
  heading: (reference, version, title) => `${reference}, version ${version}: ${title}`,
  parties: (names) => `Between ${LIST.format(names)}.`,
  legalBasis: (text) => `It rests on: ${text}.`,
  validity: (from, until, timeZone) =>
    `It holds from the beginning of ${from} until the beginning of ${until} (local time of ${timeZone}), and never before all parties signed.`,
  framework: (reference) => `It stands under ${reference}: while that is not in force, nothing here is permitted.`,
  notInForce: 'It is not signed by all parties: nothing of it holds yet.',
  article: (number) => `Article ${number}`,
  permission: ({ assigner, assignee, action, records, mutual }) =>
    `${assignee} may ${ACTIONS[action]} ${records} of ${assigner}.${mutually(mutual)}`,
  purposes: (names) => `For: ${LIST.format(names)}.`,
  rows: (condition) => `Only records where ${condition}.`,
  everyRow: 'Every record.',
  comparison: (field, operator, value, isNumber) => {
    switch (operator) {
      case 'eq':
        return `${field} is ${value}`;
      case 'ne':
        return `${field} is not ${value}`;
      case 'in':
        return `${field} is one of ${value}`;
      case 'notIn':
        return `${field} is none of ${value}`;
      case 'gt':
        return `${field} is ${isNumber ? 'more than' : 'after'} ${value}`;
      case 'gte':
        return `${field} is ${value} or ${isNumber ? 'more' : 'later'}`;
      case 'lt':
        return `${field} is ${isNumber ? 'less than' : 'before'} ${value}`;
      case 'lte':
        return `${field} is ${value} or ${isNumber ? 'less' : 'earlier'}`;
      case 'isNull':
        return value === 'true' ? `${field} is not stated` : `${field} is stated`;
      case 'contains':
        return `${field} holds ${value}`;
      case 'startsWith':
        return `${field} begins with ${value}`;
    }
  },
  and: 'and',
  or: 'or',
  not: (condition) => `it is not the case that ${condition}`,
  shown: (fields, how) => `${LIST.format(fields)}: ${how}.`,
  treatment: (treatment) => {
    switch (treatment.kind) {
      case 'CLEAR':
        return 'shown as on record';
      case 'GENERALISED':
        return `shown by ${treatment.step} only`;
      case 'MASKED':
        return 'shown by the last three characters only';
      case 'PSEUDONYM':
        return 'replaced by a code that means nothing to anybody else';
      case 'WITHHELD':
        return 'not shown';
    }
  },
  onlyReference: 'Only reference codes are shown.',
  restWithheld: 'Everything else is withheld.',
  conditions: 'Conditions:',
  condition: {
    countMin: (count) => `no statistics of fewer than ${NUMBER.format(count)} records`,
    zeroPolicy: (policy) =>
      policy === 'SHOW' ? 'an empty group may be known to be empty' : 'empty groups are not told',
    justification: (demand) =>
      demand === 'REQUIRED'
        ? 'each request must say why'
        : `each request must say why, with a number of the form ${demand.pattern} (A a letter, 9 a digit)`,
    regime: (regime) => `only purposes under the regime ${regime}`,
    from: (day) => `not before ${day}`,
    until: (day) => `not from ${day} on`,
    hours: (hours) => `only between ${hours.replace('-', ' and ')}, local time`,
    recordAgeMax: (duration) => `only records of what happened in the last ${ENGLISH.duration(duration)}`,
    dataSubjectCategories: (codes) => `only records of people who are ${LIST.format(codes)} in the case`,
    handlingCodes: (codes) => `records with the handling codes ${LIST.format(codes)} too`,
    quota: (quota) =>
      `at most ${LIST.format(
        QUOTA_UNITS.flatMap((unit) => {
          const limit = quota[unit];
          return limit === undefined ? [] : [`${NUMBER.format(limit)} ${QUOTA[unit]}`];
        }),
      )} a ${quota.per}`,
    rowsMax: (rows) => `at most ${NUMBER.format(rows)} records in one answer`,
    retainFor: (duration) => `what is received is kept for ${ENGLISH.duration(duration)} at most`,
    onwardDepth: (depth) =>
      depth === 0 ? 'it may not be handed on' : `it may be handed on ${NUMBER.format(depth)} times at most`,
    evidence: () => 'the ledger keeps a seal of the values shown, by which it can be proved later what they were',
    duty: (duty) => {
      if (typeof duty === 'string') return `the recipient owes: ${duty}`;
      const every = duty.every === undefined ? '' : `, again every ${ENGLISH.duration(duty.every)}`;
      return `the recipient owes: ${duty.duty}${within(duty.within === undefined ? null : ENGLISH.duration(duty.within))}${every}`;
    },
  },
  prohibition: ({ assigner, assignee, records, mutual, action, fields, sensitivities }) => {
    const what = [...fields, ...sensitivities.map((category) => `fields of the category ${category}`)];
    const how = action === undefined ? '' : `, to ${ACTIONS[action]} them or more`;
    const said =
      what.length === 0
        ? `${assignee} is shown no ${records} of ${assigner}${how}, whatever else is agreed.`
        : `${assignee} is not shown ${LIST.format(what)} in ${records} of ${assigner}${how}, whatever else is agreed.`;
    return `${said}${mutually(mutual)}`;
  },
  ending: {
    heading: 'How it changes and ends',
    amendment: (period) =>
      `Widening it needs the signatures of all parties. A party may narrow what it gives or receives by its own signature, ${notice(period)}.`,
    suspension:
      'Each party may suspend it, wholly or in part, at once and with a reason; only that party can resume. What is forbidden stays forbidden.',
    termination: (period) => `Each party may end it, ${notice(period)}.`,
    afterwards: (received, period) =>
      `After the end the recipients ${received === 'ERASE' ? 'erase' : 'give back'} what they received${within(period)}, and attest it.`,
  },
  duration: (iso) =>
    LIST.format(durationParts(iso).map(([unit, count]) => `${NUMBER.format(count)} ${unit}${count === 1 ? '' : 's'}`)),
  list: (items) => LIST.format(items),
};
