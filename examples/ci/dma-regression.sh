#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# dma-regression.sh BASELINE.json RECORDING...: has anything changed that a recorded workload
# would notice?  Replays the recordings and compares the report with a baseline.
#
#	exit status 0: nothing did		3: it did; the output says what
#	anything else: it could not be told
#
# Other options of "run" go into RUN_OPTIONS, a gate other than "no change" into COMPARE_OPTIONS:
#
#	RUN_OPTIONS="--hypervisor kvm:entry-limit=2048" \
#	COMPARE_OPTIONS="--fail-if rpcit.total>+5% --fail-if maps.map_failed>0" \
#	dma-regression.sh baseline.json trace.dat
#
# The baseline is the report of the same options, made once, looked at, and committed:
#
#	iommu-replay run --format json --output baseline.json OPTIONS RECORDING...
#
# Without RECORDING, a checkout of iommu-replay itself is tested with the recordings in its
# traces/, each as the machine was that it is from (scripts/baseline).
#
# IOMMU_REPLAY is the program, if it is not in PATH.  In a GitHub workflow the job's summary
# shows the comparison, too.

set -eu

prog=${IOMMU_REPLAY:-}
if [ -z "$prog" ]; then
	prog=iommu-replay
	command -v "$prog" >/dev/null || prog=${BUILD:-build}/iommu-replay
fi
case ${1-} in
-h | --help)
	echo "usage: ${0##*/} BASELINE.json [RECORDING...]"
	exit 0
	;;
'' | -?*)
	echo "usage: ${0##*/} BASELINE.json [RECORDING...]" >&2
	exit 2
	;;
esac
baseline=$1
shift

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

if [ $# -gt 0 ]; then
	# shellcheck disable=SC2086	# options
	"$prog" run --quiet --format json --output "$tmp/new.json" ${RUN_OPTIONS:-} "$@"
else
	"$(dirname "$0")/../../scripts/baseline" "$tmp/new.json"
fi

status=0
# shellcheck disable=SC2086	# options
"$prog" compare ${COMPARE_OPTIONS:-} "$baseline" "$tmp/new.json" || status=$?
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
	# shellcheck disable=SC2086
	"$prog" compare --format md ${COMPARE_OPTIONS:-} "$baseline" "$tmp/new.json" \
		>>"$GITHUB_STEP_SUMMARY" || true
fi
exit $status
