# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The patches of CONTRIBUTING.md, applied to a copy of the sources: it builds, and has what they add.

. tests/lib.sh

file=traces/6.12-fq-randread-lim2048-smp1.dat
tree=$tmp/tree

mkdir "$tree" "$tree/build"
cp -rp CONTRIBUTING.md Makefile cmd lib man scripts tests traces "$tree"
# Objects are not compiled again unless a patch changes what they are made of.
cp -rp "$BUILD/lib" "$BUILD/cmd" "$tree/build"
find "$tree/build" -name '*.d' -exec sed -i "s|^$BUILD/|build/|" {} +
awk -v dir="$tmp" '/^```diff/ { n++; on = 1; next } /^```/ { on = 0 } on { print >(dir "/" n ".diff") }' \
	CONTRIBUTING.md
patches=0
for patch in "$tmp"/*.diff; do
	patches=$((patches + 1))
	if ! (cd "$tree" && patch -p1 --no-backup-if-mismatch) <"$patch" >"$tmp/err" 2>&1; then
		not_ok "patch $patches of CONTRIBUTING.md applies"
	fi
done
check "there are patches for a strategy, a hypervisor, a reader, a figure and a renderer" [ $patches -eq 5 ]
check "what they change builds without warnings" \
	sh -c "cd '$tree' && env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s LTO= BUILD=build build/iommu-replay >'$tmp/err' 2>&1 && ! grep -q warning: '$tmp/err'"
prog=$tree/build/iommu-replay
if [ -x "$prog" ]; then
	run run --quiet --strategy batched --hypervisor kvm-small --format csv "$file"
	check "the strategy and the hypervisor can be chosen" grep -q ',batched,.*kvm-small' "$tmp/out"
	check "the figure is in CSV" grep -q 'maps\.also_unbacked' "$tmp/out"
	run run --quiet --strategy batched --format tsv "$file"
	check "the renderer writes its format" grep -q '^batched	' "$tmp/out"
	run run --quiet --strategy batched --format json "$file"
	check "and in JSON" grep -q '"also_unbacked": ' "$tmp/out"
	printf 'toy\n1000 0 map 1000 1000\n2000 0 unmap 1000 1000\n' >"$tmp/toy"
	run ops --quiet "$tmp/toy"
	check "the reader reads its format" [ "$(grep -c map "$tmp/out")" -eq 2 ]
	run list strategies
	check "the strategy is listed" grep -q '^batched ' "$tmp/out"
	(cd "$tree" && BUILD=build sh tests/man.sh) >"$tmp/man" 2>&1
	for missing in 'batched is in iommu-replay-strategies(7)' 'kvm-small is in iommu-replay-strategies(7)' \
		'toy is in iommu-replay(1)' 'iommu-replay-run(1) has its formats: .*|tsv' \
		'iommu-replay-report(5) has the figures'; do
		check "a missing manual entry is reported: $missing" grep -q "^not ok - .*$missing" "$tmp/man"
	done
	(cd "$tree" && scripts/man-figures "$prog" && BUILD=build sh tests/man.sh) >"$tmp/man" 2>&1
	check "scripts/man-figures describes the figure" grep -q 'also_unbacked' "$tree/man/iommu-replay-report.5"
	check "no other test of the manuals fails" test "$(grep -c '^not ok' "$tmp/man")" -eq 5
	if command -v python3 >/dev/null; then
		check "the order of directories holds" sh -c "cd '$tree' && scripts/check-layers build >'$tmp/err' 2>&1"
	else
		skip "the order of directories holds: no python3"
	fi
fi
