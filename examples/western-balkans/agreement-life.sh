#!/bin/sh
# The life of an agreement, from the first draft to its end, by command: BA-BP and MK-BP of the demo world walk it, and MK-BP asks
# for BA-BP's newest event after each step. Needs a hub in demo mode: `npm start` in another terminal.
#
#   sh examples/western-balkans/agreement-life.sh [REFERENCE]
#
# A terminated agreement is not taken up again: give another reference to walk once more.
set -eu

reference=${1:-AGR-2026-901}
root=$(cd "$(dirname "$0")/../.." && pwd)
file=$(mktemp)
trap 'rm -f "$file"' EXIT

# As `npm run besa`, without npm in between.
besa() { node "$root/scripts/run.mjs" besa "$@"; }
agreement() { besa agreement "$@" 2>&1; }
query() {
  answer=$(besa demo query newest-event --as MK-BP 2> /dev/null)
  printf '%s' "$answer" | tr -d ' \n' | sed 's/^{"data":{"borderCrossings":/  → /; s/}}$//'
  echo
}
step() { printf '\n%s\n' "$1"; }

# The wording, complete each time; only what is shown differs.
wording() {
  cat > "$file" <<YAML
reference: $reference
title: Events at the borders of Bosnia and Herzegovina
parties: [BA-BP, MK-BP]
legalBasis: Police cooperation treaty, article 7
timeZone: Europe/Tirane
from: 2024-05-01
until: 2034-05-01
clauses:
  - article: "1"
    kind: PERMISSION
    assigner: BA-BP
    assignee: MK-BP
    recordType: BorderCrossing
    action: READ
    purposes: [BORDER_SURVEILLANCE]
    fields: $1
YAML
}

step '1. BA-BP drafts, and offers months'
wording '{ detectedAt: { GENERALISED: month }, nationality: CLEAR }'
agreement draft "$file" --as BA-BP
agreement offer "$reference" --as BA-BP
query

step '2. MK-BP counters with days; BA-BP accepts'
wording '{ detectedAt: { GENERALISED: day }, nationality: CLEAR }'
agreement counter "$file" --as MK-BP
agreement accept "$reference" --as BA-BP
query

step '3. Both sign: it is in force'
agreement sign "$reference" --as BA-BP
agreement sign "$reference" --as MK-BP
query

step '4. BA-BP suspends, and resumes'
agreement suspend "$reference" --as BA-BP --reason 'data protection audit'
query
agreement resume "$reference" --as BA-BP --reason 'the audit is done'
query

step '5. BA-BP narrows, and signs alone'
wording '{ detectedAt: { GENERALISED: month } }'
agreement amend "$file" --as BA-BP
agreement offer "$reference" --as BA-BP
agreement sign "$reference" --as BA-BP
query

step '6. BA-BP widens: that needs both'
wording '{ detectedAt: { GENERALISED: day }, nationality: CLEAR, sex: CLEAR }'
agreement amend "$file" --as BA-BP
agreement offer "$reference" --as BA-BP
agreement accept "$reference" --as MK-BP
agreement sign "$reference" --as MK-BP
query
agreement sign "$reference" --as BA-BP
query

step '7. MK-BP ends it'
agreement terminate "$reference" --as MK-BP --reason 'another agreement replaces it'
query
