#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Damaged copies of a small recording in each format: cut, and with a bit changed.
# None may crash, hang or put operations out of order, whether something is noticed
# or not; and a file whose format says how long it is cannot be cut unnoticed.
# Here a sample; `make mutate` cuts at every byte and changes 10,000 bits, which is
# what the environment's CUTS and BITS ask for, and shows the figures.

. tests/lib.sh

cuts=${CUTS:-$(fewer 40 200)}
bits=${BITS:-$(fewer 100 500)}

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

# Times that no clock has: the highest bit of the times at which both pages begin.
if command -v python3 >/dev/null; then
	python3 - fuzz/corpus/tracedat/6.12-fq-twodev.v6 >"$tmp/late.dat" <<-'END'
		import struct, sys
		data = bytearray(open(sys.argv[1], "rb").read())
		for at in range(len(data) - 16):
		    time, commit = struct.unpack_from(">QQ", data, at)
		    if 10**9 < time < 10**12 and 0 < commit < 4096:
		        data[at] |= 0x80
		sys.stdout.buffer.write(data)
	END
	run run --quiet --strategy strict --flush-latency 0 --format json "$tmp/late.dat"
	check "times beyond 292 years are damage" grep -q '"bad_events": [1-9]' "$tmp/out"
	check "times beyond 292 years are no exposure" grep -q '"max_ns": 0,' "$tmp/out"
else
	skip "times beyond 292 years are damage: no python3"
fi

# "cat A B >C": only A is read, and B is not left out in silence.
for file in tracedat/6.12-fq-twodev.v6 tracedat/6.12-fq-twodev.v7-none \
	    tracedat/6.12-fq-twodev.v7-zstd perfdata/6.12-lazy-mixed-perf; do
	next=fuzz/corpus/perfdata/6.12-fq-randread-perf-g
	cat "fuzz/corpus/$file" $next >"$tmp/both"
	run info --format json "$tmp/both"
	check "${file##*/}: a recording appended to it is counted" \
		grep -q "\"appended_bytes\": $(wc -c <$next)\b" "$tmp/out"
	(cat "fuzz/corpus/$file" && head -c 5000 /dev/zero) >"$tmp/both"
	run info --format json "$tmp/both"
	check "${file##*/}: other bytes behind it are no damage" \
		grep -q '"appended_bytes": 0\b' "$tmp/out"
done
