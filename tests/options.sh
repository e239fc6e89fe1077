#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Options: what each takes, and what it says to what it does not take.  Nothing is read: the
# recording is not there, which is said only if all options are right.

. tests/lib.sh

cd "$tmp" || exit 1

# WORDS | ARGUMENTS: exit status 2, and these words
while IFS='|' read -r words arguments; do
	# shellcheck disable=SC2086	# several arguments
	run $arguments x
	if [ "$status" -eq 2 ] && head -n 1 err | grep -qF -e "iommu-replay: $words"; then
		ok "refused, with words: $arguments"
	else
		not_ok "refused, with words: $arguments (exit status $status)"
	fi
done <<'END'
--device: a name is missing|run --device=
--log: a name is missing|faults --log=
--plugin: a file is missing|run --plugin=
--time-window: "5" is not FROM:TO, such as 2s:5s|run --time-window 5
--time-window: 2s:1s ends before it begins|run --time-window 2s:1s
--time-window: "2x" is not a time|run --time-window 2x:
--time-window: "2x" is not a time|run --time-window :2x
--time-window: 99999999999 is out of range|run --time-window 99999999999:
unknown strategy "allx"|run --strategy allx
unknown strategy ""|run --strategy strict,,legacy
hypervisor zvm: pinned-limit is given twice|run --hypervisor zvm:pinned-limit=1,pinned-limit=2
unknown share "nobody"; known: device, guest|run --hypervisor kvm:share=nobody
unknown share "dev", did you mean "device"?|run --hypervisor kvm:share=dev
unknown parameter of hypervisor kvm "shar", did you mean "share"?|run --hypervisor kvm:shar=guest
unknown parameter of hypervisor hardware "entry-limit"; known: tlb-refresh|run --hypervisor hardware:entry-limit=1
unknown parameter of hypervisor kvm ""|run --hypervisor kvm:
tlb-refresh: 2 is out of range (0 to 1)|run --hypervisor kvm:tlb-refresh=2
entry-limit needs a value: entry-limit=VALUE|run --hypervisor kvm:entry-limit
unknown backend "vfio"; known: type1, iommufd|run --hypervisor vfio:backend=vfio
--iommu: unknown value "s39", did you mean "s390"?|run --iommu s39
--iommu: unknown value "none"; known: s390, vtd, amd|run --iommu none
--load: unknown value "half"; known: open, closed|run --load half
--event-cost: "5" is neither a time (5.6us) nor auto|run --load closed --event-cost 5
--event-cost goes with --load closed only|run --event-cost 5us
--event-cost goes with --load closed only|run --load open --event-cost auto
--event-cost goes with --load closed only|batch --event-cost 5us --output o
sweep: --figure needs --vary|sweep --find min-entry-limit --figure failures
--event-cost: ".5us" is neither a time (5.6us) nor auto|run --load closed --event-cost .5us
--event-cost: "2s" is too long; at most 1s|run --load closed --event-cost 2s
--flush-latency: "" is not a number|run --flush-latency 5us+
--flush-latency: "x" is not a time|run --flush-latency 5us+x
--flush-latency: "auto" is not a time|run --flush-latency auto+5
--flush-all-latency: "x" is not a time|run --flush-all-latency x
--flush-all-latency: "x" is not a time|run --flush-all-latency 5us+x
--delay: "5" is not a time|faults --delay 5
--delay: "us" is not a time|faults --delay us
--delay: 0us is out of range (1ns to 10ms)|faults --delay 0us
--delay: 11000us is out of range (1ns to 10ms)|faults --delay 11000us
--tolerance: "%" is not a share (0.1%)|verify --tolerance %
--tolerance: ".5%" is not a share (0.1%)|verify --tolerance .5%
--tolerance: "0.1x%" is not a share (0.1%)|verify --tolerance 0.1x%
--tolerance: "1234567890123%" is not a share (0.1%)|verify --tolerance 1234567890123%
--tolerance: "" is not a number|verify --tolerance=
--strategy: a recorded machine has one|verify --strategy strict,legacy
--hypervisor: a recorded machine has one|verify --hypervisor kvm --hypervisor lpar
--fit: unknown value "x"; known: entry-limit|verify --fit x
--by: unknown value "x"; known: site, driver, comm, device|run --by x
--find: unknown value "x"; known: min-entry-limit, min-pinned-limit, min-aperture, min-queue-size|sweep --find x
--queue: unknown value "perc-cpu", did you mean "per-cpu"?|run --queue perc-cpu
no flush queue (--queue none) has no size|run --queue none --queue-size 16
no flush queue (--queue none) has no timeout|verify --queue none --queue-timeout 16
the IOMMU API (--api iommu) has no flush queue|run --api iommu --queue single
the IOMMU API (--api iommu) has no flush queue|run --api iommu --queue-size 16
the IOMMU API (--api iommu) has no flush queue|run --api iommu --queue-timeout 16
--by and --by-site contradict each other|run --by comm --by-site
--by and --by-site contradict each other|run --by device --by-site
--by and --sites contradict each other|info --by comm --sites
--vmlinux, --modules and --kallsyms go with --by-site only|run --vmlinux k
--vmlinux, --modules and --kallsyms go with --by-site only|run --modules k
--vmlinux, --modules and --kallsyms go with --by-site only|run --by comm --kallsyms k
--vmlinux, --modules and --kallsyms go with --sites only|info --kallsyms k
--quiet and --verbose contradict each other|run --quiet --verbose
--hz is given twice, as "100" and as "250"|run --hz 100 --hz 250
option --quiet takes no argument|run --quiet=yes
unknown option "-Z"|run -Z
list has no option --jobs; these commands have it: run, verify, sweep, batch|list --jobs=3 events
faults has no option --time-window; these commands have it: run, info, ops, verify, sweep|faults --time-window 1:2
unknown option "--hzz", did you mean "--hz"?|run --hzz=7
list: too many operands|list strategies
compare: missing BASELINE NEW|compare
entry-limit: "x1.0005" is not a factor above 1|sweep --vary entry-limit=1:9:x1.0005
entry-limit: "x1234567890123456" is not a factor|sweep --vary entry-limit=1:9:x1234567890123456
entry-limit: "x" is not a factor|sweep --vary entry-limit=1:9:x
entry-limit: "x." is not a factor|sweep --vary entry-limit=1:9:x.
entry-limit: step: 0 is out of range|sweep --vary entry-limit=1:9:0
queue-timeout: "1q" is not a time|sweep --vary queue-timeout=1ms:1q
queue-timeout: "9x" is not a time|sweep --vary queue-timeout=9x:10
queue-timeout: step: "9x" is not a time|sweep --vary queue-timeout=9ms:10ms:9x
unknown numeric parameter "queue", did you mean "queue-size"?|sweep --vary queue=1:2
END
run run --hz
check "an option at the end without its argument" test "$status" -eq 2
says "an option at the end without its argument: which" "option --hz needs an argument: N"
run run -o
says "a letter without its argument: which" "option --output needs an argument: FILE"

# ARGUMENTS: all of it is taken
while read -r arguments; do
	# shellcheck disable=SC2086	# several arguments
	run $arguments x
	if [ "$status" -eq 1 ] && grep -q "x: cannot open: No such file" err; then
		ok "taken: $arguments"
	else
		not_ok "taken: $arguments (exit status $status)"
	fi
done <<'END'
run --strategy strict,all
run --strategy all,all
run --time-window :
run --time-window 1:
run --time-window :1500ms
run --time-window 0.5s:2.1
run --time-window 1:2
run --load open
run --load closed --event-cost auto
run --load closed --event-cost 5.6us
run --load closed --event-cost 7ns
run --load closed --event-cost 0
run --load closed --event-cost 1s
run --flush-latency 5us+1ns
run --flush-latency 10.4us+0.5us
run --flush-latency 0
run --flush-latency recorded
run --rpcit-latency 5
run --flush-all-latency 5us+1ns
run --flush-all-latency 5us
run --hypervisor kvm:share=guest,tlb-refresh=0 --hypervisor vfio:backend=iommufd
run --queue none
run --api iommu --queue none
run --hz 100 --hz 100
run --strategy strict --strategy legacy
info --sites --kallsyms k
faults --delay 1ms
faults --delay 0.5ms
verify --tolerance 5
verify --tolerance 0.1%
verify --tolerance 5%
sweep --vary entry-limit=5:5:x2
sweep --vary entry-limit=1:8589934592:x1.0011
sweep --vary queue-timeout=1ms:1s:100ms
sweep --vary queue-timeout=0.5s:1s:0.25s
sweep --vary queue-timeout=1ms:1s:100
sweep --vary rpcit-latency=1us:2us
END

# Help and version count most: what follows is not looked at.
exits "--help" 0 run --help --hz
exits "-V" 0 run -V --nonsense
shows "-V: the version" "iommu-replay "
exits "a wrong option before --help is wrong" 2 run --nonsense --help
