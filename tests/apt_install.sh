#!/usr/bin/env bash
# apt_install.sh PACKAGE...: install the Debian packages that are missing; only root can.
#
# One caller at a time: tests run at once, and apt-get fails where another one is at work.
set -euo pipefail

missing=()
for package in "$@"; do
    dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
        missing+=("$package")
done
((${#missing[@]})) || exit 0
if [[ $(id -u) != 0 ]]; then
    echo "apt_install.sh: not root, and these packages are missing: ${missing[*]}" >&2
    exit 1
fi
exec 9>/run/lock/instructmining-apt-install
flock 9
patient=(apt-get -o DPkg::Lock::Timeout=300) # others than these tests may be at work
"${patient[@]}" update >/dev/null
DEBIAN_FRONTEND=noninteractive "${patient[@]}" install --yes --no-install-recommends "${missing[@]}" >/dev/null
