#!/bin/sh
# What a record leaves behind, by command: ME-BP of the demo world loads an event, AL-BMP reads it; it turns out to be wrong, is called
# back, attested, and erased in the end. Needs a hub in demo mode: `npm start` in another terminal.
#
#   sh examples/western-balkans/evidence.sh [REFERENCE]
#
# The key of an erased record is not taken back: give another reference to walk once more.
set -eu

reference=${1:-ME-2026-0901}
root=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# As `npm run besa`, without npm in between.
besa() { node "$root/scripts/run.mjs" besa "$@" 2>&1; }
record() {
  act=$1
  shift
  besa record "$act" --database ME-BORDER-CROSSINGS --key "{\"nationalReference\":\"$reference\"}" --as ME-BP "$@"
}
answer() { sed "s/^ */  → /"; }
query() {
  node "$root/scripts/run.mjs" besa demo query called-back --as AL-BMP 2> /dev/null |
    tr -d ' \n' | sed 's/^{"data":{"borderCrossings":/  → /; s/}}$//'
  echo
}
step() { printf '\n%s\n' "$1"; }

step '1. ME-BP loads an event; AL-BMP reads it'
cat > "$folder/event.csv" <<CSV
national_reference,detected_at,border_section,nationality,persons_count
$reference,2026-11-20T04:15:00+01:00,AL-ME,SLB,1
CSV
besa import "$folder/event.csv" --database ME-BORDER-CROSSINGS
query

step '2. ME-BP asks who received it'
besa audit record --database ME-BORDER-CROSSINGS --key "{\"nationalReference\":\"$reference\"}" --as ME-BP | answer

step '3. El Salvador, not the Solomon Islands: ME-BP corrects it'
record correct --changes '{"nationality":"SLV"}' --reason wrong_value | answer
query

step '4. AL-BMP is told, and says what it did'
besa inbox --unread --kinds quality_notice --as AL-BMP | head -n 1 | sed 's/^.*QUALITY_NOTICE */  → /'
notice=$(besa record notices --status open --as AL-BMP | grep -E '^ ' | head -n 1 | tr -d ' ')
besa record attest "$notice" --outcome corrected --statement 'our copy was corrected' --as AL-BMP
besa record notices --issued --as ME-BP | head -n 1 | answer

step '5. ME-BP keeps a signed head, and its part of the ledger: both can be checked without the hub'
besa audit head --out "$folder/head.json" --as ME-BP | sed "s|$folder/||" | answer
besa audit entries --out "$folder/mine.ndjson" --perspective OWNER --agency AL-BMP --as ME-BP
besa audit verify --export "$folder/mine.ndjson" | head -n 1 | answer

step '6. The person asks to be erased'
record erase --reason requested_by_subject | answer
query

step '7. Who had received it is still known, and it does not come back'
besa audit record --database ME-BORDER-CROSSINGS --key "{\"nationalReference\":\"$reference\"}" --as ME-BP | answer
besa import "$folder/event.csv" --database ME-BORDER-CROSSINGS | sed "s|$folder/||" | answer

step '8. Nothing before the head of step 5 was rewritten'
besa audit verify --head "$folder/head.json" | head -n 1 | answer
