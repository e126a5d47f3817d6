import type { AgreedVersion } from './agreed-version.js';
import type { Phrases } from './phrases.js';
import type { ArticleInWords, Summary } from './summary.js';

/** The words of the sheet itself; the agreement's are in its summary. */
export interface SheetPhrases {
  readonly signatures: string;
  readonly agency: string;
  readonly signedAt: string;
  readonly key: string;
  readonly signature: string;
  readonly unsigned: string;
  readonly proof: string;
  readonly hash: string;
  readonly previous: string;
  readonly first: string;
  readonly verify: string;
  readonly page: string;
}

export const ENGLISH_SHEET: SheetPhrases = {
  signatures: 'Signatures',
  agency: 'Agency',
  signedAt: 'Signed at (UTC)',
  key: 'Public key (Ed25519)',
  signature: 'Signature',
  unsigned: 'not signed',
  proof: 'Proof',
  hash: 'SHA-256 of the signed text',
  previous: 'SHA-256 of the version before',
  first: 'none: this is the first version',
  verify: 'This sheet explains the agreement; what binds is the signed text. Whoever has the text can check it with',
  page: 'Agreement for the paper file',
};

export const ALBANIAN_SHEET: SheetPhrases = {
  signatures: 'Nënshkrimet',
  agency: 'Agjencia',
  signedAt: 'Nënshkruar më (UTC)',
  key: 'Çelësi publik (Ed25519)',
  signature: 'Nënshkrimi',
  unsigned: 'pa nënshkrim',
  proof: 'Vërtetimi',
  hash: 'SHA-256 i tekstit të nënshkruar',
  previous: 'SHA-256 i versionit të mëparshëm',
  first: 'asnjë: ky është versioni i parë',
  verify: 'Kjo fletë e shpjegon marrëveshjen; detyron teksti i nënshkruar. Kush ka tekstin mund ta verifikojë me',
  page: 'Marrëveshja për dosjen në letër',
};

const STYLE = `
@page { size: A4; margin: 22mm 20mm 24mm; }
:root { color: #1a1a1a; background: #fff; font: 10.5pt/1.5 "Noto Serif", "DejaVu Serif", Georgia, serif; }
body { max-width: 170mm; margin: 0 auto; padding: 8mm 4mm; }
.kind { font: 9pt/1.3 "Noto Sans", "DejaVu Sans", Arial, sans-serif; letter-spacing: .08em; text-transform: uppercase; color: #555; }
h1 { font-size: 17pt; line-height: 1.25; margin: .2em 0 1em; }
h2 { font-size: 12pt; margin: 1.6em 0 .3em; break-after: avoid; }
p { margin: .25em 0; }
section { break-inside: avoid; }
table { border-collapse: collapse; width: 100%; margin-top: .6em; font: 8.5pt/1.4 "Noto Sans", "DejaVu Sans", Arial, sans-serif; }
th, td { text-align: left; vertical-align: top; border-top: .5pt solid #999; padding: 4pt 8pt 4pt 0; }
td:nth-child(-n + 2) { white-space: nowrap; }
tr { break-inside: avoid; }
ul { margin: .2em 0; padding-left: 1.4em; }
code { font: 7.5pt/1.4 "Noto Sans Mono", "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
`;

/**
 * An agreement as one self-contained page for the paper file: what it says article by article, its hash and its signatures. No
 * script, no request to anywhere; every text is escaped.
 */
export function printHtml(version: AgreedVersion, summary: Summary, phrases: Phrases, sheet: SheetPhrases): string {
  const section = (heading: string, body: string): string =>
    `<section>\n<h2>${escaped(heading)}</h2>\n${body}\n</section>`;
  return `<!DOCTYPE html>
<html lang="${escaped(phrases.locale)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(summary.heading)}</title>
<style>${STYLE}</style>
</head>
<body>
<p class="kind">${escaped(sheet.page)}</p>
<h1>${escaped(summary.heading)}</h1>
${paragraphs(summary.introduction)}
${summary.articles.map((article) => section(article.heading, articleBody(article, summary))).join('\n')}
${section(summary.endingHeading, paragraphs(summary.ending))}
${section(sheet.signatures, signatureTable(version, sheet))}
${section(sheet.proof, proof(version, sheet))}
</body>
</html>
`;
}

function paragraphs(sentences: readonly string[]): string {
  return sentences.map((sentence) => `<p>${escaped(sentence)}</p>`).join('\n');
}

function articleBody({ sentences, conditions }: ArticleInWords, { conditionsLabel }: Summary): string {
  if (conditions.length === 0) return paragraphs(sentences);
  const items = conditions.map((condition) => `<li>${escaped(condition)}</li>`).join('\n');
  return `${paragraphs([...sentences, conditionsLabel])}\n<ul>\n${items}\n</ul>`;
}

function signatureTable({ terms, signatures }: AgreedVersion, sheet: SheetPhrases): string {
  const head = [sheet.agency, sheet.signedAt, sheet.key, sheet.signature];
  const rows = terms.parties.map((party) => {
    const given = signatures.find(({ agency }) => agency === party);
    if (given === undefined) return [escaped(party), escaped(sheet.unsigned), '', ''];
    const { signedAt, publicKey, signature } = given;
    return [escaped(party), escaped(signedAt.toISOString()), code(publicKey ?? ''), code(signature)];
  });
  const cells = (tag: 'th' | 'td', texts: readonly string[]): string =>
    `<tr>${texts.map((text) => `<${tag}>${text}</${tag}>`).join('')}</tr>`;
  return `<table>\n${cells('th', head.map(escaped))}\n${rows.map((row) => cells('td', row)).join('\n')}\n</table>`;
}

function proof({ terms, hash, previous }: AgreedVersion, sheet: SheetPhrases): string {
  const line = (label: string, value: string): string => `<p>${escaped(label)}: ${value}</p>`;
  return [
    line(sheet.hash, code(hash)),
    line(sheet.previous, previous === null ? escaped(sheet.first) : code(previous)),
    `<p>${escaped(sheet.verify)} ${code(`besa agreement verify ${terms.reference}`)}.</p>`,
  ].join('\n');
}

function code(text: string): string {
  return `<code>${escaped(text)}</code>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
