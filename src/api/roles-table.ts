import { ROLES } from '../domain/identity.js';
import type { Gate } from './gate.js';

const INTRODUCTION = `# Roles

A role says which operations a caller may ask at all. It opens no record: what is answered is decided by the agreements in
force, whoever asks. Whose data and whose agreement an operation may touch is decided behind this gate: a steward registers
and imports for the own agency only, a policy officer negotiates for the own agency only.

This page is generated from the one table the gate is made of (\`src/api/gate.ts\`); a test compares the two. A root field
without a row would be denied to everybody.
`;

/** `docs/roles.md`: the gate's table as people read it. */
export function rolesPage(gate: Gate): string {
  const sections = Object.entries<Gate[keyof Gate]>({ ...gate }).map(([type, fields]) => {
    const rows = Object.entries(fields)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([name, roles]) => `| \`${name}\` | ${ROLES.map((role) => (roles.includes(role) ? '✓' : '')).join(' | ')} |`,
      );
    const head = `| ${type} | ${ROLES.map((role) => `\`${role}\``).join(' | ')} |`;
    return [`## ${type}`, '', head, `|---|${ROLES.map(() => ':-:|').join('')}`, ...rows].join('\n');
  });
  return `${[INTRODUCTION, ...sections].join('\n')}\n`.replace(/\n## /g, '\n\n## ').replace(/\n{3,}/g, '\n\n');
}
