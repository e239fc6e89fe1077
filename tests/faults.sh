#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Faults of the machine: allocations, threads and system calls that fail, one at a
# time.  Here some of them for each reader and command; `make faults` tries all.

. tests/lib.sh

if ! command -v python3 >/dev/null; then
	skip "faults: python3 is not installed"
	exit 0
fi
python3 tests/faults.py -q -l 30 -k allocations "$BUILD"
python3 tests/faults.py -q -l 2 -k calls "$BUILD" "@FILE"
