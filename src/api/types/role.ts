import { registerEnumType } from 'type-graphql';
import { ROLES, type Role } from '../../domain/identity.js';

export const RoleEnum = Object.fromEntries(ROLES.map((name) => [name, name])) as { [Name in Role]: Name };
registerEnumType(RoleEnum, {
  name: 'Role',
  description: 'What a caller may ask at all; a role opens no record.',
  valuesConfig: {
    ANALYST: { description: 'asks for records, matches, statistics and exports' },
    REPORTER: { description: 'pulls statistics and reports only' },
    STEWARD: { description: "loads, corrects and erases the agency's own records" },
    POLICY_OFFICER: { description: 'drafts and negotiates' },
    SIGNATORY: { description: 'signs, suspends, terminates' },
    AUDITOR: { description: 'reads the ledger' },
    OPERATOR: { description: 'runs the hub; reads no record and signs nothing' },
  },
});
