#!/usr/bin/env bash
# Renew vendor/ from the npm registry: pinned versions, each package checked against the hash that stands here, and
# the files that the page needs with their licences. To take a new version, change both and run this.
set -euo pipefail
cd "$(dirname "$0")"
vendor=$PWD/vendor
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# renew NAME VERSION SHA512 LICENCE FILE...
renew() {
  local name=$1 version=$2 hash=$3 licence=$4
  shift 4
  local package=$work/$name-$version.tgz
  npm pack --silent --pack-destination "$work" "$name@$version" >/dev/null
  echo "$hash  $package" | sha512sum --check --quiet
  tar --extract --gzip --file "$package" --directory "$work" --one-top-level="$name" --strip-components=1
  cp "$work/$name/$licence" "$vendor/LICENSE.$name.txt"
  for file in "$@"; do cp "$work/$name/$file" "$vendor/"; done
}

rm -rf "$vendor"
mkdir "$vendor"
renew ag-grid-community 36.2.0 \
  b4ad13a23eedd1f57f38c2cf9c3734c6560a02a0db9c24f7889a1d6129f64c9e78d5c694f233dd6305a131d5be00fdbea5437016225581cd3878935fbc13ec5b \
  LICENSE.txt dist/ag-grid-community.min.noStyle.js styles/ag-grid.min.css styles/ag-theme-quartz.min.css
renew uplot 1.6.32 \
  2883159c6ebccefbb95d751b0b82d010f9e1c0ec41b8bc96d401eda66e882935c89a46cb824332fa369b8cb8122cc6ac36e186cd09bf7a9ded3a4c93c6989023 \
  LICENSE dist/uPlot.iife.min.js dist/uPlot.min.css
cd "$vendor" && sha256sum -- * >../vendor.sha256
