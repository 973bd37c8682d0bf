#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# lists.sh - lists.am and the registries say what the folders hold.
set -euo pipefail

tree=${SRCDIR:-$(dirname "${BASH_SOURCE[0]}")/../..}
exec "$tree/scripts/gen-lists.sh" --check "$tree"
