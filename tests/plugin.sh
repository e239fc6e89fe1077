#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Plug-ins: the examples, all that is built in as a plug-in, and what is wrong with others.

. tests/lib.sh

cc=${CC:-cc}
build=$(cd "$BUILD" && pwd)
export PKG_CONFIG_PATH="$build"

if ! file=$(recording); then
	skip "plug-ins: no recordings in traces/"
	exit 0
fi
if ! pkg-config --exists libiommureplay; then
	skip "plug-ins: $BUILD/libiommureplay-uninstalled.pc was not made (make all)"
	exit 0
fi

# compile NAME: $tmp/NAME.c to $tmp/NAME.so, against the public headers alone
compile() {
	# shellcheck disable=SC2046
	"$cc" -std=c11 -w -fvisibility=hidden -fPIC -shared \
		$(pkg-config --cflags libiommureplay) -o "$tmp/$1.so" "$tmp/$1.c" 2>"$tmp/err"
}

# The examples, as their manual page builds and uses them.

for example in strategy:low_water hypervisor:kvm_warn; do
	dir=$tmp/plugin-${example%:*}
	cp -r "examples/plugin-${example%:*}" "$dir"
	rm -f "$dir"/*.so
	check "examples/plugin-${example%:*} compiles against the public headers" \
		make -s -C "$dir" CC="$cc" CFLAGS="-O2 -Wall -Wextra -Werror"
done
low=$tmp/plugin-strategy/low_water.so
warn=$tmp/plugin-hypervisor/kvm_warn.so

exits "list strategies of a plug-in" 0 list --plugin "$low" strategies
check "its strategy is listed after the others" \
	test "$(grep -o '^[a-z-]*' "$tmp/out" | tail -n 1)" = low-water
shows "with the file it is from" "[plug-in $low]"
exits "list hypervisors of a plug-in" 0 list hypervisors --plugin "$warn"
shows "with its own parameter" "tlb-refresh=1 share=device reserve=64"
shows "and what that means" "reserve: mappings left when RPCIT first reports a shortage"

exits "a strategy of a plug-in, named before it is loaded" 0 \
	run --quiet --strategy low-water "$file" --plugin "$low"
shows "the report names the plug-in" "plug-in $low, version 1.0 (ABI 2)"
exits "all strategies with a plug-in" 0 run --quiet --plugin "$low" "$file"
check "all has the plug-in's, too" grep -q '^\(  = \)\?low-water ' "$tmp/out"
exits "a hypervisor of a plug-in, with its own parameter" 0 run --quiet --plugin "$warn" \
	--strategy strict --hypervisor kvm-warn:entry-limit=0x800,reserve=1K "$file"
shows "the report has the value" "kvm-warn, entry limit 2048 (user), tlb_refresh 1, reserve 1024 (user);"
exits "a plug-in's hypervisor at its limit" 0 run --quiet --plugin "$warn" --plugin "$low" --strategy low-water \
	--hypervisor kvm-warn:entry-limit=100,reserve=9 traces/6.12-fq-twodev.dat
shows "the next command loads the plug-ins, and has their parameters" \
	"--plugin $low --plugin $warn --hypervisor kvm-warn:reserve=9 traces/6.12-fq-twodev.dat"
exits "the smallest limit of a plug-in's hypervisor" 0 sweep --quiet --plugin "$warn" --strategy strict \
	--hypervisor kvm-warn:reserve=9 --find min-entry-limit traces/6.12-fq-twodev.dat
shows "and the next command after it" "iommu-replay run --plugin $warn --hypervisor kvm-warn:entry-limit="
run sweep --quiet --plugin "$warn" --strategy strict --hypervisor kvm-warn --find min-entry-limit --format json \
	traces/6.12-fq-twodev.dat
cp "$tmp/out" "$tmp/sweep.json"
exits "the same, stored, without the plug-in" 0 report "$tmp/sweep.json"
shows "it names the plug-in" "plug-in $warn, version"
exits "both, to verify" 0 verify --quiet --plugin "$warn" --plugin "$low" --tolerance 100000 \
	--strategy low-water --hypervisor kvm-warn --manifest none "$file"
shows "verify names them" "plug-in $warn"

exits "help needs no plug-in" 0 run --plugin "$tmp/none.so" --help
exits "an unknown strategy, with a plug-in" 2 run --plugin "$low" --strategy low-watr "$file"
says "the nearest may be the plug-in's" 'did you mean "low-water"'
exits "an unknown parameter of a plug-in's hypervisor" 2 run --plugin "$warn" \
	--hypervisor kvm-warn:reserv=1 "$file"
says "the nearest may be its own" 'did you mean "reserve"?'
exits "a value out of its bounds" 2 run --plugin "$warn" --hypervisor kvm-warn:reserve=0x100000000 "$file"

# Nine shortages are one with the low-water mark; that is what the manual page says.
lim2048=traces/6.12-fq-randread-lim2048-smp1.dat
if [ -f $lim2048 ]; then
	run run --quiet --plugin "$low" --strategy sync-map-retry,low-water --format csv \
		--hypervisor kvm:entry-limit=2048 --aperture 2G $lim2048
	check "the manual page's example: nine shortages become one" test "$(awk -F, '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == "rpcit.insufficient") at = i }
		NR > 1 { printf "%s ", $at }' "$tmp/out")" = "9 1 "
else
	skip "the manual page's example: no $lim2048"
fi

if command -v python3 >/dev/null; then
	run run --quiet --plugin "$low" --plugin "$warn" --strategy strict,low-water --format json \
		--hypervisor kvm --hypervisor kvm-warn:reserve=7 --hypervisor kvm-warn "$file"
	cat >"$tmp/check.py" <<-'END'
		import json, sys
		low, warn, report = sys.argv[1:]
		rows = json.load(open(report))["recordings"][0]["results"]
		for row, (st, hv, own, source) in zip(rows, [
		        ("strict", "kvm", {}, {}), ("low-water", "kvm", {}, {}),
		        ("strict", "kvm-warn", {"reserve": 7}, {"reserve": "user"}),
		        ("low-water", "kvm-warn", {"reserve": 7}, {"reserve": "user"}),
		        ("strict", "kvm-warn", {"reserve": 64}, {"reserve": "default"}),
		        ("low-water", "kvm-warn", {"reserve": 64}, {"reserve": "default"})]):
		    par = row["parameters"]
		    assert (row["strategy"], row["hypervisor"]) == (st, hv)
		    assert par["own"] == own and par["sources"]["own"] == source
		    info = {"version": "1.0", "abi": 2}
		    assert par["sources"]["strategy_plugin"] == (
		        {"file": low, **info} if st == "low-water" else None)
		    assert par["sources"]["hypervisor_plugin"] == (
		        {"file": warn, **info} if hv == "kvm-warn" else None)
		assert len(rows) == 6
	END
	check "JSON has the parameters and the plug-ins" \
		python3 "$tmp/check.py" "$low" "$warn" "$tmp/out"
else
	skip "JSON of plug-ins: no python3"
fi
run run --quiet --plugin "$warn" --strategy strict --format csv \
	--hypervisor kvm-warn:reserve=7 "$file"
check "CSV has the parameter" grep -q ',reserve=7,.*,reserve=user,' "$tmp/out"
run run --quiet --plugin "$low" --strategy low-water --jobs 1 --format csv "$file" "$file"
cp "$tmp/out" "$tmp/once"
run run --quiet --plugin "$low" --strategy low-water --jobs 4 --format csv "$file" "$file"
check "a plug-in's results do not depend on threads" cmp -s "$tmp/once" "$tmp/out"

# Everything that is built in, under other names, out of public headers only: it uses nothing that
# a plug-in cannot.

mkdir -p "$tmp/same/strategy" "$tmp/same/hypervisor"
for room in strategy hypervisor; do
	cp lib/$room/*.[ch] "$tmp/same/$room"
	rm "$tmp/same/$room/registry.c"
	built_in=$(sed -n "s/^const struct ir_$room ir_\([a-z_]*\) = {/\1/p" lib/$room/*.c | paste -sd '|')
	sed -i -E 's/(\.name = ")/\1x-/; s/\bir_('"$built_in"')\b/x_\1/g' "$tmp/same/$room"/*.[ch]
done
{
	echo '#include <iommu-replay/plugin.h>'
	for room in strategy hypervisor; do
		names=$(sed -n "s/^const struct ir_$room \(x_[a-z_]*\) = {/\1/p" "$tmp/same/$room"/*.c)
		for name in $names; do
			echo "extern const struct ir_$room $name;"
		done
		echo "static const struct ir_$room *const ${room}_list[] = {"
		for name in $names; do
			echo "&$name,"
		done
		echo 'NULL };'
	done
	echo 'const struct ir_plugin ir_plugin = { IR_PLUGIN_HEAD,'
	echo '.strategies = strategy_list, .hypervisors = hypervisor_list };'
} >"$tmp/same/plugin.c"
# shellcheck disable=SC2046
check "what is built in compiles as a plug-in" "$cc" -O1 -D_GNU_SOURCE -std=gnu11 -fPIC -shared \
	-I"$tmp/same" $(pkg-config --cflags libiommureplay) -o "$tmp/same.so" \
	"$tmp/same/plugin.c" "$tmp"/same/*/*.c

# names LIST: of what is built in
names() {
	"$prog" list --format json "$1" | sed -n 's/^      "name": "\(.*\)",*$/\1/p'
}

# outcome PREFIX IOMMU: the figures of all strategies under all hypervisors, without where they are from
outcome() {
	set -- "$1" "$(names strategies | sed "s/^/$1/" | paste -sd,)" "$2"
	options="--hypervisor $1kvm:entry-limit=300 --hypervisor $1kvm-aperture:entry-limit=300"
	options="$options --hypervisor $1zvm:pinned-limit=300 --hypervisor $1lpar"
	options="$options --hypervisor $1vfio:entry-limit=300 --hypervisor $1hardware --iommu $3"
	# shellcheck disable=SC2086
	"$prog" run --quiet --plugin "$tmp/same.so" --strategy "$2" $options --initial-pages 40 \
		--format csv "$file" | sed 's/\bx-//g' |
		awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) drop[i] = $i ~ /_plugin\./ }
			{ for (i = 1; i <= NF; i++) if (!drop[i]) printf "%s,", $i; print "" }'
}

# AMD-Vi: where entries are not pages.
for iommu in s390 amd; do
	outcome "" $iommu >"$tmp/built-in"
	outcome x- $iommu >"$tmp/as-plugin"
	check "$iommu: there are figures of all of them" test "$(wc -l <"$tmp/built-in")" -eq \
		$(($(names strategies | wc -l) * 6 + 1))
	check "$iommu: as a plug-in it has the same figures" cmp -s "$tmp/built-in" "$tmp/as-plugin"
done

# The ABI.

# A plug-in as it was compiled for 0.1.0, from a copy of that version's structs.
cp tests/plugins/old.c tests/plugins/abi1.h "$tmp"
check "a plug-in of ABI 1 compiles against its own header" \
	"$cc" -std=c11 -Wall -Wextra -Werror -fPIC -shared -o "$tmp/old.so" "$tmp/old.c"
# served STRATEGY HYPERVISOR: the figures
served() {
	"$prog" run --quiet --plugin "$tmp/old.so" --strategy "$1" --hypervisor "$2" --aperture 2G --format csv \
		traces/6.12-fq-randread-lim2048-smp1.dat |
		scripts/csv rpcit.total rpcit.insufficient rpcit.global maps.map_failed peaks.host_pages exposure.max_ns
}
served sync-map-retry kvm:entry-limit=2048 >"$tmp/built-in"
served old-retry kvm:entry-limit=2048 >"$tmp/old-strategy"
served sync-map-retry old-kvm:entry-limit=2048 >"$tmp/old-hypervisor"
served sync-map-retry old-kvm:entry-limit=2048,slack=64 >"$tmp/old-slack"
check "a strategy of ABI 1 is served" cmp -s "$tmp/built-in" "$tmp/old-strategy"
check "a hypervisor of ABI 1 is served" cmp -s "$tmp/built-in" "$tmp/old-hypervisor"
check "and its own parameter has an effect" sh -c "! cmp -s '$tmp/built-in' '$tmp/old-slack'"
exits "it behind another IOMMU" 0 run --quiet --plugin "$tmp/old.so" --iommu amd --hypervisor old-kvm:entry-limit=2048 \
	--strategy strict,old-retry "$file"
run run --quiet --plugin "$tmp/old.so" --strategy old-retry "$file"
shows "the report says which ABI" "version 0.9 (ABI 1)"

head='#include <iommu-replay/plugin.h>
#include <stddef.h>'
mine='.name = "mine", .summary = "s", .origin = "o", .unmap = IR_UNMAP_DIRECT'
strategy="static const struct ir_strategy mine = { $mine };
static const struct ir_strategy *const list[] = { &mine, NULL };"
plugin='const struct ir_plugin ir_plugin = { IR_PLUGIN_HEAD, .strategies = list };'

# accepts TEXT SOURCE: a plug-in of this source, with a strategy "mine", can be used
accepts() {
	printf '%s\n' "$2" >"$tmp/good.c"
	if compile good; then
		exits "$1" 0 run --quiet --plugin "$tmp/good.so" --strategy mine "$file"
	else
		not_ok "$1: does not compile"
	fi
}

# refuses TEXT WORDS SOURCE: a plug-in of this source is refused with these words, and its name
refuses() {
	printf '%s\n' "$3" >"$tmp/bad.c"
	if ! compile bad; then
		not_ok "$1: does not compile"
		return
	fi
	exits "$1" 2 run --quiet --plugin "$tmp/bad.so" "$file"
	says "$1: why" "$2"
	says "$1: which" "$tmp/bad.so: "
}

accepts "the least that a plug-in can be" "$head
$strategy
$plugin"
accepts "an older plug-in: shorter structs" "$head
$strategy
const struct ir_plugin ir_plugin = { .abi = IR_PLUGIN_ABI,
	.size = offsetof(struct ir_plugin, hypervisors),
	.strategy_size = offsetof(struct ir_strategy, domain_size), .strategies = list };"
longer='struct longer { struct ir_strategy known; void (*added)(void); };
static const struct longer mine = { .known = { .name = "mine", .summary = "s", .origin = "o",
	.unmap = IR_UNMAP_DIRECT },
	.added = ADDED };
static const struct ir_strategy *const list[] = { &mine.known, NULL };
const struct ir_plugin ir_plugin = { .abi = IR_PLUGIN_ABI, .size = sizeof(struct ir_plugin),
	.strategy_size = sizeof(struct longer), .strategies = list };'
accepts "a newer plug-in that does not use what is new" "$head
#define ADDED NULL
$longer"
refuses "a newer plug-in that does" "uses something that iommu-replay" "$head
static void added(void) { }
#define ADDED added
$longer"
refuses "another ABI" "made for plug-in ABI 99; iommu-replay" "$head
$strategy
const struct ir_plugin ir_plugin = { .abi = 99, .size = 12345678 };"
refuses "a hypervisor of a development version" "development versions of iommu-replay 0.2.0" "$head
static const struct ir_hypervisor mine = { .name = \"mine\" };
static const struct ir_hypervisor *const list[] = { &mine, NULL };
const struct ir_plugin ir_plugin = { .abi = 1, .size = sizeof(struct ir_plugin),
	.hypervisor_size = sizeof(struct ir_hypervisor), .hypervisors = list };"
refuses "sizes that make no sense" "uses something that iommu-replay" "$head
$strategy
const struct ir_plugin ir_plugin = { .abi = IR_PLUGIN_ABI, .size = 0xffffffff };"
refuses "no ir_plugin" 'it has no symbol "ir_plugin"' 'int other;'
refuses "nothing in it" "has no strategy and no hypervisor" "$head
const struct ir_plugin ir_plugin = { IR_PLUGIN_HEAD };"
refuses "a function that does not exist" "undefined symbol: ir_rpcit_later" "$head
int ir_rpcit_later(struct ir_domain *domain);
static int map(struct ir_domain *domain, uint64_t iova, uint64_t size)
{ return iova == size ? 0 : ir_rpcit_later(domain); }
static const struct ir_strategy mine = { $mine, .iotlb_sync_map = map };
static const struct ir_strategy *const list[] = { &mine, NULL };
$plugin"

# Names, and what is incomplete.

# refuses_strategy TEXT WORDS MEMBERS
refuses_strategy() {
	refuses "$1" "$2" "$head
static const struct ir_strategy mine = { $3 };
static const struct ir_strategy *const list[] = { &mine, NULL };
$plugin"
}

refuses_strategy "the name of a built-in strategy" \
	"the name of strategy strict is taken by a built-in one" \
	'.name = "strict", .summary = "s", .origin = "o"'
refuses_strategy "the name all" 'cannot be named "all"' \
	'.name = "all", .summary = "s", .origin = "o"'
refuses_strategy "a name with a comma" 'is named "a,b"; names are' \
	'.name = "a,b", .summary = "s", .origin = "o"'
refuses_strategy "no name" 'is named ""' '.summary = "s", .origin = "o"'
refuses_strategy "no summary" "strategy mine has no summary" '.name = "mine", .origin = "o"'
refuses_strategy "no origin" "strategy mine has no origin" '.name = "mine", .summary = "s"'
refuses_strategy "an unmap mode that does not exist" "no such unmap mode" \
	'.name = "mine", .summary = "s", .origin = "o", .unmap = 7'
refuses_strategy "a DMA API that does not exist" "no such DMA API" "$mine, .dma_api = 7"
refuses_strategy "a queue that nothing flushes" 'strategy mine has no callback "flush_iotlb_all"' \
	'.name = "mine", .summary = "s", .origin = "o"'
refuses_strategy "a summary of two lines" "strategy mine has no summary of one line" \
	'.name = "mine", .summary = "a\nb", .origin = "o"'
accepts "where it says that it is from does not count" "$head
#include <iommu-replay/registry.h>
static const struct ir_plugin_info other = { .file = \"other.so\" };
static const struct ir_strategy mine = { $mine, .plugin = &other };
static const struct ir_strategy *const list[] = { &mine, NULL };
$plugin"
run list --plugin "$tmp/good.so" strategies
shows "but where it was loaded from" "[plug-in $tmp/good.so]"
refuses "a name twice" "the name of strategy mine is taken by another one of this plug-in" "$head
static const struct ir_strategy mine = { $mine };
static const struct ir_strategy *const list[] = { &mine, &mine, NULL };
$plugin"
exits "the same plug-in twice" 2 run --plugin "$low" --plugin "$low" "$file"
says "the same plug-in twice: why" "the name of strategy low-water is taken by $low"

hypervisor='static void *open_it(const struct ir_hypervisor_params *params)
{ return (void *)(uintptr_t)params; }
static void close_it(void *hv) { (void)hv; }
static enum ir_rpcit_status rpcit(void *hv, struct ir_iopt *iopt, uint64_t first, uint64_t last)
{ (void)hv; (void)iopt; return first <= last ? IR_RPCIT_OK : IR_RPCIT_ERROR; }
static uint64_t available(const void *hv) { (void)hv; return UINT64_MAX; }
#define CALLBACKS .close = close_it, .rpcit = rpcit, .available = available
#define P(n, lo, hi, v) { .name = n, .summary = "s", .min = lo, .max = hi, .value = v }
static const struct ir_hypervisor_param table[] = { TABLE { .name = NULL } };
static const struct ir_hypervisor mine = { .name = "mine", .summary = "s", .origin = "o",
	.own = table, CALLBACKS, OPEN };
static const struct ir_hypervisor *const list[] = { &mine, NULL };
const struct ir_plugin ir_plugin = { IR_PLUGIN_HEAD, .hypervisors = list };'

# refuses_hypervisor TEXT WORDS TABLE [OPEN]
refuses_hypervisor() {
	refuses "$1" "$2" "$head
#define TABLE $3
#define OPEN ${4-.open = open_it}
$hypervisor"
}

refuses_hypervisor "a parameter that others have" "the name of parameter entry-limit is taken" \
	'P("entry-limit", 0, 9, 1),'
refuses_hypervisor "a parameter twice" "the name of parameter a is taken" \
	'P("a", 0, 9, 1), P("a", 0, 9, 1),'
refuses_hypervisor "a parameter that is no name" 'parameter "A" is no name' 'P("A", 0, 9, 1),'
refuses_hypervisor "a default out of its bounds" "is out of its own range" 'P("a", 2, 9, 1),'
refuses_hypervisor "more parameters than there may be" "more than 8 parameters" \
	'P("a", 0, 0, 0), P("b", 0, 0, 0), P("c", 0, 0, 0), P("d", 0, 0, 0), P("e", 0, 0, 0), P("f", 0, 0, 0), P("g", 0, 0, 0), P("h", 0, 0, 0), P("i", 0, 0, 0),'
refuses_hypervisor "a default of tlb_refresh that is none" \
	"the default of tlb_refresh is neither 0 nor 1" '' '.open = open_it, .defaults = { .tlb_refresh = 2 }'
refuses_hypervisor "a parameter without a meaning" 'parameter "a" has no summary of one line' \
	'{ .name = "a", .max = 9 },'
refuses_hypervisor "no open" 'hypervisor mine has no callback "open"' 'P("a", 0, 9, 1),' '.open = NULL'

# Files.

exits "a plug-in that does not exist" 2 run --plugin "$tmp/none.so" "$file"
says "a plug-in that does not exist: which" "$tmp/none.so: No such file or directory"
echo "no object" >"$tmp/text.so"
exits "a text is no plug-in" 2 run --plugin "$tmp/text.so" "$file"
says "a text is no plug-in: which" "$tmp/text.so"
exits "a directory is no plug-in" 2 run --plugin "$tmp" "$file"
exits "no name at all" 2 run --plugin "" "$file"
cp "$low" "$tmp/here.so"
(cd "$tmp" && "$prog" list --plugin here.so strategies >"$tmp/out" 2>"$tmp/err")
check "a file without a directory is in the current one" grep -q '^low-water ' "$tmp/out"
for size in 20 100 3000 8000 $(($(wc -c <"$low") / 3)); do
	head -c "$size" "$low" >"$tmp/cut.so"
	exits "$size bytes of a plug-in" 2 run --plugin "$tmp/cut.so" "$file"
done
says "a plug-in that is cut off" "$tmp/cut.so: cannot load the plug-in: the file is cut off"
mkfifo "$tmp/fifo.so"
exits "a pipe is no plug-in" 2 run --plugin "$tmp/fifo.so" "$file"
says "a pipe is no plug-in: says so" "$tmp/fifo.so: not a plug-in: not a regular file"
exits "the same plug-in twice" 2 run --plugin "$low" --plugin "$low" "$file"
says "the same plug-in twice: what is taken" "the name of strategy low-water is taken by $low"

# The manual page has the prototypes that the headers have, and no others.

# prototypes <TEXT: functions that begin with ir_, and callbacks, one a line, in one notation
prototypes() {
	tr -s ' \t\n' ' ' | sed 's|/\*\([^*]\|\*[^/]\)*\*/||g' |
		grep -oE '[a-z_][a-z0-9_ ]*\*?(ir_[a-z_]+|\(\*[a-z_]+\))\([^()]*\);' |
		sed 's/^ *//; s/( /(/' | grep -v '^extern' | sort -u
}

cat lib/include/iommu-replay/strategy.h lib/include/iommu-replay/hypervisor.h | prototypes >"$tmp/headers"
sed -n '/^\.Sh PROTOTYPES$/,/^\.Sh WHEN/p' man/iommu-replay-plugin.7 | grep -v '^\.' | prototypes >"$tmp/manual"
check "the headers have functions and callbacks" test "$(wc -l <"$tmp/headers")" -ge 25
if diff "$tmp/headers" "$tmp/manual" >"$tmp/err"; then
	ok "the manual page has all prototypes: $(wc -l <"$tmp/manual")"
else
	not_ok "the manual page has all prototypes"
fi
