# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sourced after lib.sh: verifies recordings that a manifest has the truth of.  How far off
# predictions may be is in traces.awk.

# shellcheck disable=SC2154	# lib.sh has prog and tmp
columns="recording.file hypervisor recording.complete recording.duration_ns recording.operations.map"
columns="$columns recording.operations.map_pages recording.operations.unmap_pages"
columns="$columns rpcit.by_cause.queue_timeout verify.sequence.same"
columns="$columns invalidations.by_kind.page invalidations.by_kind.range invalidations.by_kind.domain"
columns="$columns invalidations.by_kind.all invalidations.by_cause.sync_map invalidations.by_cause.sync"
columns="$columns invalidations.total"
for key in total global ranged insufficient map_failed iova_exhausted queue_full queue_timeout; do
	columns="$columns verify.predicted.$key verify.recorded.$key"
done
truth="strategy cpus pages_mapped pages_unmapped sync_map_rpcits rpcit_total rpcit_global"
truth="$truth rpcit_ranged rpcit_insufficient map_failed iova_exhausted kernel_global_rpcits"
truth="$truth maps_bytes unmap_bytes flush_all_full flush_all_timer"
for key in page range domain all map unmap any; do
	truth="$truth served_$key"
done
truth="$truth missed_hits"

# suite DIRECTORY [FILE]: its manifest, and all trace.dat files that this lists, or one of them
suite() {
	# shellcheck disable=SC2086	# lists of words
	scripts/manifest $truth <"$1/manifest.json" >"$tmp/truth"
	if [ $# -gt 1 ]; then
		grep "^$2	" "$tmp/truth" >"$tmp/one"
		mv "$tmp/one" "$tmp/truth"
	fi
	cut -f 1 "$tmp/truth" | grep '\.dat$' | sort -u | sed "s|^|$1/|" >"$tmp/files"
	# shellcheck disable=SC2046,SC2086
	"$prog" verify --quiet --format csv $(cat "$tmp/files") 2>"$tmp/err" |
		scripts/csv $columns >"$tmp/simulated"
	# shellcheck disable=SC2046,SC2086
	"$prog" verify --quiet --format csv --timer recorded --flush-latency recorded \
		$(cat "$tmp/files") 2>>"$tmp/err" | scripts/csv $columns >"$tmp/recorded"
	check "$1: every recording is verified" \
		test "$(wc -l <"$tmp/files")" -eq "$(wc -l <"$tmp/simulated")"
	awk -F '\t' -v truth="$truth" -v columns="$columns" -v dir="$1" -v busy="${LAB:-0}" \
		-f tests/traces.awk \
		"$tmp/truth" "$tmp/simulated" "$tmp/recorded"
}
