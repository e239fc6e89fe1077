#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Damaged copies of a small recording in each format: cut, and with a bit changed.
# None may crash, hang or put operations out of order, whether something is noticed
# or not; and a file whose format says how long it is cannot be cut unnoticed.
# Here a sample; `make mutate` cuts at every byte and changes 10,000 bits, which is
# what the environment's CUTS and BITS ask for, and shows the figures.

. tests/lib.sh

cuts=${CUTS:-200}
bits=${BITS:-500}

# damage FILE: figures in $tmp/out
damage() {
	name=${1##*/}
	if ! "$BUILD/tests/tool_mutate" -rb 1 "$cuts" "$bits" 0 "$1" >"$tmp/out" 2>"$tmp/err"; then
		not_ok "$name, damaged"
		head -n 20 "$tmp/out"
		return
	fi
	[ -z "${BITS-}" ] || cat "$tmp/out"
	ok "$name, damaged: $cuts cuts, $bits bits"
}

for file in tracedat/6.12-fq-twodev.v6 tracedat/6.12-fq-twodev.v7-none \
	    tracedat/6.12-fq-twodev.v7-zstd tracedat/6.12-fq-randread-tc331-zlib.repaired.v7-zlib \
	    perfdata/6.12-lazy-mixed-perf perfdata/6.12-lazy-randread-perfz \
	    perfdata/6.12-fq-randread-perf-g; do
	damage "fuzz/corpus/$file"
	check "${file##*/}: no cut goes unnoticed" \
		grep -q 'cuts: .* 0 noted, 0 same, 0 silent, .*bits:' "$tmp/out"
done
# A pipe, and texts without a header, end where they end.
for file in perfdata/6.12-lazy-randread-perfpipe text/6.12-fq-mixed-text \
	    text/7.2-strict-seqread-dma.report text/7.2-strict-seqread-dma.report-latency \
	    text/6.12-lazy-mixed-perf.perfscript text/6.12-fq-mixed-perf-g-script.perfscript; do
	damage "fuzz/corpus/$file"
done
