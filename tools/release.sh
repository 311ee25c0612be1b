#!/usr/bin/env bash
# Releases the version in package.json: checks that everything agrees, runs the whole check, publishes.
# Without --publish it stops before that. Publishing asks npm for provenance, so it works from CI only.
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(node -p "require('./package.json').version")
fail() { echo "release: $*" >&2; exit 1; }
[ -z "$(git status --porcelain)" ] || fail 'there are changes that are not committed'
# Provenance says which repository a package was built from, so it has to be known.
for field in repository bugs homepage; do
  [ "$(npm pkg get "$field")" != '{}' ] || fail "package.json has no \"$field\": say where this lives, npm pkg set $field=…"
done
grep -q "^## $version\b" CHANGELOG.md || fail "CHANGELOG.md says nothing of $version"
grep -q "^## $version (unreleased)" CHANGELOG.md && fail "CHANGELOG.md calls $version unreleased: give it its day"
[ "$(git describe --exact-match --tags 2>/dev/null)" = "v$version" ] || fail "this commit has no tag v$version"

.ci/run
node tools/experiment-plots.mjs --check || fail 'plots of the experiments are not of this version'
npm pack --dry-run
if [ "${1:-}" = --publish ]; then
  npm publish --provenance --access public
else
  echo "release: $version is ready; --publish publishes it"
fi
