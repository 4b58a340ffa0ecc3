#!/bin/sh
# Runs a TypeScript entry point of the checkout under the Node that package-lock.json pins, on a machine that has
# nothing but Node >= 20 and npm: installs the npm packages first when they are missing or older than the lockfile.
#   sh tests/bootstrap.sh ENTRY.ts [ARGUMENT ...]
set -eu
cd "$(dirname "$0")/.."

if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
	echo "flak: Node >= 20 with npm is needed to begin (the pinned Node 24 is then installed by npm); install both and run this again." >&2
	exit 3
fi
major=$(node -p 'process.versions.node.split(".")[0]')
if [ "$major" -lt 20 ]; then
	echo "flak: this is Node $major; Node >= 20 is needed to begin." >&2
	exit 3
fi

# npm writes node_modules/.package-lock.json last, so it is newer than the lockfile only after a whole installation.
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
	if [ -L node_modules ]; then
		echo "flak: node_modules is a link, and npm ci would empty what it leads to; remove the link, or install there." >&2
		exit 3
	fi
	echo "flak: installing the npm packages of package-lock.json (npm ci)" >&2
	npm ci --include=dev --no-fund --no-audit --loglevel=error >&2
	touch node_modules/.package-lock.json
fi

PATH="$PWD/node_modules/.bin:$PATH"
export PATH
exec node --disable-warning=ExperimentalWarning "$@"
