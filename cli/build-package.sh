#!/bin/sh
# What `npm pack` packs: JavaScript, since Node strips no types below node_modules, and the two compiled parts of local mode.
# Those are for this machine's architecture.
set -eu
cd "$(dirname "$0")/.."
rm -rf dist
node_modules/.bin/tsc -p tsconfig.package.json
sh tracer/ledger/build.sh dist/tracer/ledger/ledger.bpf.o
sh tracer/ledger/build.sh dist/tracer/ledger/ledger-5.10.bpf.o -DWITHOUT_TASK_STORAGE
sh tracer/local/build.sh dist/tracer/local/launch
chmod 755 dist/cli/flak.js
