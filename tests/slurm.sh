#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# batch-slurm: what it is asked, and that a batch through a real Slurm ends as one without.

. tests/lib.sh

slurm() {
	scripts/batch-slurm "$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
}

slurm -h
check "batch-slurm -h succeeds" test $status -eq 0
slurm
check "batch-slurm without a manifest is wrong usage" test $status -eq 2
slurm m.json
check "batch-slurm without an output is wrong usage" test $status -eq 2
slurm -n 0 -o x m.json
check "batch-slurm with no shards is wrong usage" test $status -eq 2
slurm -n 2 -o x "$tmp/none"
check "batch-slurm without its manifest is an error" test $status -eq 1

file=${TRACES:-traces}/6.12-fq-seqread-lim512-smp2.dat
if [ ! -f "$file" ]; then
	skip "a batch through Slurm: $file is not there"
	exit 0
fi
cat >"$tmp/m.json" <<END
{ "schema": "iommu-replay-manifest/1",
  "recordings": [ "$(cd "${file%/*}" && pwd)/6.12*.dat" ],
  "hypervisors": [ "kvm", "kvm:entry-limit=512", "lpar" ] }
END
tests/slurm_kill "$prog" "$tmp/m.json" 4 >"$tmp/out" 2>"$tmp/err"
status=$?
if [ $status -eq 77 ]; then
	skip "a batch through Slurm: $(cat "$tmp/out")"
else
	check "a batch through Slurm, killed and submitted again, ends as one without: $(cat "$tmp/out")" \
		test $status -eq 0
fi
