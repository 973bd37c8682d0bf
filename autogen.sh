#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes configure from a checkout: the lists of source files, then the
# autotools.  A release tarball has all of it already.
set -eu

cd "$(dirname "$0")"
./scripts/gen-lists.sh
exec autoreconf --install --force "$@"
