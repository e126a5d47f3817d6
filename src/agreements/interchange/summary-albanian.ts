import { QUOTA_UNITS } from '../../domain/clause.js';
import { durationParts, type Phrases } from './phrases.js';

const LIST = new Intl.ListFormat('sq', { type: 'conjunction' });
const NUMBER = new Intl.NumberFormat('sq');

const ACTIONS = {
  MATCH: 'të pyesë nëse një vlerë gjendet (përputhje ose pa përputhje) te',
  AGGREGATE: 'të kërkojë statistika për',
  READ: 'të lexojë',
  EXPORT: 'të lexojë dhe të nxjerrë si skedarë',
} as const;

const QUOTA = {
  values: 'vlera të kërkuara',
  requests: 'kërkesa',
  records: 'regjistrime',
  subjects: 'regjistrime të ndryshme',
} as const;

const UNITS = { year: ['vit', 'vjet'], month: ['muaj', 'muaj'], day: ['ditë', 'ditë'] } as const;
const PERIODS = { day: 'ditë', month: 'muaj' } as const;
const STEPS: Readonly<Record<string, string>> = {
  day: 'sipas ditës',
  month: 'sipas muajit',
  quarter: 'sipas tremujorit',
  year: 'sipas vitit',
};

const mutually = (mutual: boolean): string => (mutual ? ' E njëjta gjë vlen edhe në drejtimin tjetër.' : '');
const within = (duration: string | null): string => (duration === null ? '' : ` brenda ${duration}`);
const notice = (duration: string | null): string =>
  duration === null ? 'menjëherë' : `pas një njoftimi prej ${duration}`;

/** The words of an agreement in Albanian. */
export const ALBANIAN: Phrases = {
  locale: 'sq',
  quotesStandard: false,
  unreviewed: 'Ky përshkrim nuk është lexuar ende nga një folës amtar; vlen teksti i nënshkruar.',
  heading: (reference, version, title) => `${reference}, versioni ${version}: ${title}`,
  parties: (names) => `Marrëveshje për shkëmbimin e të dhënave ndërmjet ${LIST.format(names)}.`,
  legalBasis: (text) => `Baza ligjore: ${text}.`,
  validity: (from, until, timeZone) =>
    `Vlen nga fillimi i datës ${from} deri në fillimin e datës ${until} (ora lokale e ${timeZone}), dhe kurrë para se të kenë nënshkruar të gjitha palët.`,
  framework: (reference) => `Është aneks i ${reference}: kur ajo nuk është në fuqi, këtu nuk lejohet asgjë.`,
  notInForce: 'Nuk është nënshkruar nga të gjitha palët: ende nuk vlen asgjë prej saj.',
  article: (number) => `Neni ${number}`,
  permission: ({ assigner, assignee, action, records, mutual }) =>
    `${assignee} lejohet ${ACTIONS[action]} regjistrimet ${records} të ${assigner}.${mutually(mutual)}`,
  purposes: (names) => `Qëllimi: ${LIST.format(names)}.`,
  rows: (condition) => `Vetëm regjistrimet ku ${condition}.`,
  everyRow: 'Të gjitha regjistrimet.',
  comparison: (field, operator, value, isNumber) => {
    switch (operator) {
      case 'eq':
        return `${field} është ${value}`;
      case 'ne':
        return `${field} nuk është ${value}`;
      case 'in':
        return `${field} është një nga ${value}`;
      case 'notIn':
        return `${field} nuk është asnjë nga ${value}`;
      case 'gt':
        return `${field} është ${isNumber ? 'më shumë se' : 'pas'} ${value}`;
      case 'gte':
        return `${field} është ${value} ose më ${isNumber ? 'shumë' : 'vonë'}`;
      case 'lt':
        return `${field} është ${isNumber ? 'më pak se' : 'para'} ${value}`;
      case 'lte':
        return `${field} është ${value} ose më ${isNumber ? 'pak' : 'herët'}`;
      case 'isNull':
        return value === 'true' ? `${field} nuk është shënuar` : `${field} është shënuar`;
      case 'contains':
        return `${field} përmban ${value}`;
      case 'startsWith':
        return `${field} fillon me ${value}`;
    }
  },
  and: 'dhe',
  or: 'ose',
  not: (condition) => `nuk është e vërtetë se ${condition}`,
  shown: (fields, how) => `${LIST.format(fields)}: ${how}.`,
  treatment: (treatment) => {
    switch (treatment.kind) {
      case 'CLEAR':
        return 'tregohet siç është regjistruar';
      case 'GENERALISED':
        return `tregohet vetëm ${STEPS[treatment.step] ?? `sipas shkallës ${treatment.step}`}`;
      case 'MASKED':
        return 'tregohen vetëm tri shenjat e fundit';
      case 'PSEUDONYM':
        return 'zëvendësohet me një kod që nuk i thotë asgjë askujt tjetër';
      case 'WITHHELD':
        return 'nuk tregohet';
    }
  },
  onlyReference: 'Tregohen vetëm kodet e referencës.',
  restWithheld: 'Çdo gjë tjetër nuk tregohet.',
  conditions: 'Kushtet:',
  condition: {
    countMin: (count) => `asnjë statistikë për më pak se ${NUMBER.format(count)} regjistrime`,
    zeroPolicy: (policy) => (policy === 'SHOW' ? 'mund të dihet se një grup është bosh' : 'grupet boshe nuk tregohen'),
    justification: (demand) =>
      demand === 'REQUIRED'
        ? 'çdo kërkesë duhet të ketë arsyetim'
        : `çdo kërkesë duhet të ketë arsyetim, me një numër të formës ${demand.pattern} (A një shkronjë, 9 një shifër)`,
    regime: (regime) => `vetëm qëllime sipas regjimit ${regime}`,
    from: (day) => `jo para datës ${day}`,
    until: (day) => `jo nga data ${day} e tutje`,
    hours: (hours) => `vetëm ndërmjet orës ${hours.replace('-', ' dhe ')}, ora lokale`,
    recordAgeMax: (duration) => `vetëm regjistrime për çka ka ndodhur në ${ALBANIAN.duration(duration)} e fundit`,
    dataSubjectCategories: (codes) => `vetëm regjistrime për persona që në rast janë ${LIST.format(codes)}`,
    handlingCodes: (codes) => `edhe regjistrime me kodet e trajtimit ${LIST.format(codes)}`,
    quota: (quota) =>
      `jo më shumë se ${LIST.format(
        QUOTA_UNITS.flatMap((unit) => {
          const limit = quota[unit];
          return limit === undefined ? [] : [`${NUMBER.format(limit)} ${QUOTA[unit]}`];
        }),
      )} në ${PERIODS[quota.per]}`,
    rowsMax: (rows) => `jo më shumë se ${NUMBER.format(rows)} regjistrime në një përgjigje`,
    retainFor: (duration) => `çka merret ruhet jo më gjatë se ${ALBANIAN.duration(duration)}`,
    onwardDepth: (depth) =>
      depth === 0
        ? 'nuk mund t’u jepet të tjerëve'
        : `mund t’u jepet të tjerëve jo më shumë se ${NUMBER.format(depth)} herë`,
    evidence: () =>
      'për vlerat e treguara ruhet një vulë në ditarin e shkëmbimit, me të cilën mund të provohet më vonë se cilat ishin',
    duty: (duty) => {
      if (typeof duty === 'string') return `marrësi ka detyrimin: ${duty}`;
      const every = duty.every === undefined ? '' : `, përsëri çdo ${ALBANIAN.duration(duty.every)}`;
      return `marrësi ka detyrimin: ${duty.duty}${within(duty.within === undefined ? null : ALBANIAN.duration(duty.within))}${every}`;
    },
  },
  prohibition: ({ assigner, assignee, records, mutual, action, fields, sensitivities }) => {
    const what = [...fields, ...sensitivities.map((category) => `fushat e kategorisë ${category}`)];
    const how = action === undefined ? '' : ` (${ACTIONS[action]} ose më shumë)`;
    const said =
      what.length === 0
        ? `Për ${assignee} nuk tregohet asgjë nga regjistrimet ${records} të ${assigner}${how}, çfarëdo që të jetë marrë vesh tjetër.`
        : `Për ${assignee} nuk tregohet ${LIST.format(what)} te regjistrimet ${records} të ${assigner}${how}, çfarëdo që të jetë marrë vesh tjetër.`;
    return `${said}${mutually(mutual)}`;
  },
  ending: {
    heading: 'Ndryshimi, pezullimi dhe përfundimi',
    amendment: (period) =>
      `Zgjerimi kërkon nënshkrimet e të gjitha palëve. Një palë mund ta ngushtojë atë që jep ose merr me nënshkrimin e vet, ${notice(period)}.`,
    suspension:
      'Çdo palë mund ta pezullojë, tërësisht ose pjesërisht, menjëherë dhe me arsyetim; vetëm ajo palë mund ta rifillojë. Ndalimet mbeten.',
    termination: (period) => `Çdo palë mund t’i japë fund, ${notice(period)}.`,
    afterwards: (received, period) =>
      `Pas përfundimit marrësit ${received === 'ERASE' ? 'fshijnë' : 'kthejnë'} çka kanë marrë${within(period)}, dhe e vërtetojnë.`,
  },
  duration: (iso) =>
    LIST.format(
      durationParts(iso).map(([unit, count]) => `${NUMBER.format(count)} ${UNITS[unit][count === 1 ? 0 : 1]}`),
    ),
  list: (items) => LIST.format(items),
};
