# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# No directory uses a higher one, and no files use each other in a circle: the order is the
# table in CONTRIBUTING.md.

. tests/lib.sh

if ! command -v python3 >/dev/null; then
	skip "layers: no python3"
else
	scripts/check-layers "$BUILD" >"$tmp/err" 2>&1
	status=$?
	check "directories and files use each other as CONTRIBUTING.md says" [ $status -eq 0 ]

	# Its purpose: it notices an include that goes up.
	mkdir "$tmp/tree" && cp -r CONTRIBUTING.md scripts lib cmd "$tmp/tree"
	# shellcheck disable=SC2016	# the object files stay where they are
	objects=$(cd "$BUILD" && pwd)
	sed -i '1a #include "replay/engine.h"' "$tmp/tree/lib/base/op.c"
	check "an include of a higher directory is found" \
		sh -c "! '$tmp/tree/scripts/check-layers' '$objects' >'$tmp/out' 2>&1"
	check "and the message names both files" grep -q 'lib/base/op uses lib/replay/engine: #include' "$tmp/out"
	sed -i '/ lib\/symbols\/ /d' "$tmp/tree/CONTRIBUTING.md"
	"$tmp/tree/scripts/check-layers" "$objects" >"$tmp/out" 2>&1
	check "a directory that is not in the table is found" \
		grep -q '^lib/symbols/ is not in the table' "$tmp/out"
fi
