#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The IOVA allocator against recordings that contain every allocation and free:
# each address that can be predicted must be.  Such recordings are large, so none
# is in traces/; they are looked for beside the project.

. tests/lib.sh

recordings=${RECORDINGS:-../shared/recordings}
found=no
for file in "$recordings"/*/*-iova.dat "$recordings"/*/*-virtio.dat; do
	[ -f "$file" ] || continue
	found=yes
	check "$(basename "$file"): predictable IOVAs are predicted" \
		sh tests/iova_check.sh "$BUILD/tests/tool_iova" "$file" >"$tmp/out" 2>"$tmp/err"
	cat "$tmp/out"
done
if [ $found = no ]; then
	skip "IOVAs of recorded allocations: no recordings with them in $recordings"
fi
