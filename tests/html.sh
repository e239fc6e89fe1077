#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The web page: complete in itself, readable without scripts, and in a browser
# with plots in it and nothing to complain about.

. tests/lib.sh

file=${TRACES:-traces}/6.12-fq-mixed-lim8192-smp1.dat
if [ ! -f "$file" ]; then
	skip "web page: no ${file##*/}"
	exit 0
fi
page=$tmp/page.html
exits "a web page" 0 run --quiet --strategy sync-map-retry,lazy-ignore \
	--hypervisor kvm:entry-limit=8192 --format html -o "$page" "$file"

count() {
	grep -o -e "$1" "$2" | wc -l
}

check "the page needs no other file and no network" \
	test "$(sed 's,/\*! https://[^ ]*,,' "$page" | grep -cE '(src|href)="[^#]|url\(|@import|fetch\(|XMLHttpRequest')" -eq 0
check "there is a static chart for each plot" test "$(count '<svg ' "$page")" -eq 10
check "the table has both strategies" test "$(count '<th><a href="#plot-' "$page")" -eq 2
check "failures are listed" grep -q '8489 failed maps, the first of them' "$page"
"$prog" run --quiet --format html traces/6.12-fq-twodev.dat >"$tmp/devices.html"
check "each device has a table" test "$(count '<table class="results">' "$tmp/devices.html")" -eq 3
check "and its name" grep -q '<dt>device</dt><dd>0002:00:00.0</dd>' "$tmp/devices.html"
"$prog" run --quiet --by-site --format html --kallsyms traces/6.12-fq-mixed-perf-g.kallsyms \
	traces/6.12-fq-mixed-perf-g.perf.data >"$tmp/sites.html"
check "drivers and call sites have a table each" \
	test "$(count '<table class="plain">' "$tmp/sites.html")" -eq 2
check "with names" grep -q '<td class="text">nvme_prep_rq.part.0+0x4e2</td>' "$tmp/sites.html"
# Names come from anybody.
cp "$file" "$tmp/<script>alert(1)<&\"'.dat"
"$prog" run --quiet --strategy strict --format html "$tmp/<script>alert(1)<&\"'.dat" >"$tmp/names.html"
check "names are no mark-up" test "$(count '<script>alert' "$tmp/names.html")" -eq 0

chromium=$(command -v chromium || command -v chromium-browser)
if [ -z "$chromium" ]; then
	skip "web page in a browser: no chromium"
	exit 0
fi

# browse PAGE ARGUMENTS...: what the browser says is in $tmp/err, its output in $tmp/out
browse() {
	shown=$1
	shift
	rm -rf "$tmp/profile"
	timeout 120 "$chromium" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync \
		--user-data-dir="$tmp/profile" --enable-logging=stderr --hide-scrollbars \
		--force-device-scale-factor=1 --window-size=1140,1300 --virtual-time-budget=5000 \
		"$@" "file://$shown" >"$tmp/out" 2>"$tmp/err"
}

# pixels PNG: how many have the colours of background, host pages, lazy pages, live pages
pixels() {
	# shellcheck disable=SC2046	# numbers
	set -- $("$BUILD/tests/tool_png" "$1" "$2" "$3" "$4" "$5")
	background=${1:-0} host=${2:-0} lazy=${3:-0} live=${4:-0} other=${5:-0}
	echo "# $background background, $host host, $lazy lazy, $live live, $other other"
}

# drawn TEXT: the plots are not empty
drawn() {
	if [ "$background" -gt 500000 ] && [ "$other" -gt 30000 ] && [ "$host" -gt 300 ] &&
		[ "$lazy" -gt 2000 ] && [ "$live" -gt 500 ]; then
		ok "$1"
	else
		not_ok "$1: $background $host $lazy $live $other"
	fi
}

# quiet TEXT: nothing on the console
quiet() {
	if grep -q CONSOLE "$tmp/err"; then
		not_ok "$1: $(grep CONSOLE "$tmp/err")"
	else
		ok "$1"
	fi
}

browse "$page" --screenshot="$tmp/live.png"
if [ ! -s "$tmp/live.png" ]; then
	skip "web page in a browser: chromium does not run here: $(tail -n 1 "$tmp/err")"
	exit 0
fi
quiet "no errors on the console"
pixels "$tmp/live.png" ffffff 0072b2 d55e00 009e73
drawn "the plots show host, lazy and live pages"

browse "$page" --dump-dom
check "all plots in sight are live" test "$(count 'data-state="live"' "$tmp/out")" -ge 5
check "with a canvas each" test "$(count '<canvas' "$tmp/out")" -ge 5

# Somebody drags over the second plot: the first one zooms, too.
cat >"$tmp/drag" <<'END'
<script>
addEventListener("load", () => {
	const over = document.querySelectorAll(".u-over")[1], at = over.getBoundingClientRect();
	[["mouseenter", 50], ["mousemove", 50], ["mousedown", 50], ["mousemove", 150], ["mousemove", 250],
	 ["mouseup", 250]].forEach(([type, x], i) => setTimeout(() =>
		(type === "mouseup" ? document : over).dispatchEvent(new MouseEvent(type, { bubbles: true,
			clientX: at.left + x, clientY: at.top + 50, movementX: 5, movementY: 1 })), 200 + 100 * i));
});
</script>
END
sed "/<\/main>/r $tmp/drag" "$page" >"$tmp/zoomed.html"
browse "$tmp/zoomed.html" --screenshot="$tmp/zoomed.png"
quiet "no errors on the console after zooming"
pixels "$tmp/live.png" ffffff 0072b2 d55e00 009e73
teeth=$lazy
pixels "$tmp/zoomed.png" ffffff 0072b2 d55e00 009e73
check "zooming into one plot zooms into the others" test "$lazy" -gt $((teeth * 4 / 3))

# A browser that runs no script of the page.
sed "s/<meta charset=\"utf-8\">/&<meta http-equiv=\"Content-Security-Policy\" content=\"script-src 'none'\">/" \
	"$page" >"$tmp/static.html"
browse "$tmp/static.html" --screenshot="$tmp/static.png"
check "without scripts none runs" grep -q "CONSOLE.*Content Security Policy" "$tmp/err"
pixels "$tmp/static.png" ffffff 0072b2 d55e00 009e73
drawn "without scripts the static picture shows the same"
cmp -s "$tmp/live.png" "$tmp/static.png"
check "these are two pictures" test $? -eq 1

browse "$page" --screenshot="$tmp/dark.png" --blink-settings=preferredColorScheme=0
pixels "$tmp/dark.png" 16181c 4aa8e8 f08040 20c090
drawn "and there is a dark scheme"

# Errors would be seen.
sed 's/^"use strict";$/&throw new Error("on purpose");/' "$page" >"$tmp/broken.html"
browse "$tmp/broken.html" --screenshot="$tmp/broken.png"
check "an error on the console is seen by this test" grep -q "CONSOLE.*on purpose" "$tmp/err"
pixels "$tmp/broken.png" ffffff 0072b2 d55e00 009e73
drawn "if the script fails the static picture stays"
