#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The web pages: complete in themselves, readable without scripts, and in a browser at three
# widths, light and dark: with plots in them, nothing too wide, nothing hard to read, and
# nothing on the console.

. tests/lib.sh

file=traces/6.12-fq-randread-lim2048-smp1.dat
if [ ! -f "$file" ]; then
	skip "web page: no ${file##*/}"
	exit 0
fi
page=$tmp/page.html
exits "a web page" 0 run --quiet --strategy $eight --hypervisor kvm:entry-limit=2048 --format html -o "$page" "$file"

count() {
	grep -o -e "$1" "$2" | wc -l
}

# has TEXT FIXED: the page has it
has() {
	check "$1" grep -q -F -e "$2" "$page"
}

check "the page needs no other file and no network" \
	test "$(grep -cE '(src|href)="[^#]|url\(|@import|fetch\(|XMLHttpRequest|://' "$page")" -eq 0
has "the verdict is at the top" '<p class="lead"><strong class="bad">Two of eight strategies fail maps.</strong> Of the others, '
check "each distinct result has a row" test "$(count '<tr class="fails"><th scope="row">\|<tr><th scope="row">' "$page")" -eq 10
has "its twins are named" '<b>sync-map-retry</b><small>= fq-flush, map-inline</small>'
has "failing rows are set apart" '<tr class="apart">'
check "each distinct result has a lane, the workload one, and the axis" test "$(count '<div class="lane' "$page")" -ge 7
has "the idle end is cropped" '>Not drawn: '
has "the command line is told" "iommu-replay run --strategy $eight --hypervisor kvm:entry-limit=2048 traces/"
has "and when" ', 2024-11-29T00:00Z'
has "failed maps are listed" '<summary>First failed maps</summary>'
has "with the words of the columns" 's</td><td class="text">failed</td>'
check "and not with keys of JSON" sh -c "! grep -qE 'text\">(map_failed|iova_exhausted)<' '$page'"
has "columns are explained" '<summary>What the columns mean</summary>'
check "zero columns are left out" sh -c "! grep -q '<code>no-iova</code></th>' '$page'"
"$prog" run --quiet --format html --hypervisor kvm --hypervisor zvm traces/6.12-fq-twodev.dat >"$tmp/two.html"
check "each hypervisor has its verdict" test "$(count '<p class="lead">On ' "$tmp/two.html")" -eq 2
check "and its tables, with its name" test "$(count 'All figures on ' "$tmp/two.html")" -eq 2
check "each device has a table" test "$(count '<dt>device</dt><dd>000[12]:00:00.0 on ' "$tmp/two.html")" -eq 4
check "the durations of flushes are the recorded ones" grep -q 'estimate from what recorded flushes took (9.87[^ ]*s each), as' "$tmp/two.html"
"$prog" run --quiet --format html --strategy strict --flush-latency 50us traces/6.12-fq-twodev.dat >"$tmp/given.html"
check "or those given" grep -q 'estimate from the durations given, as' "$tmp/given.html"
"$prog" run --quiet --format html --strategy strict --load closed traces/6.12-fq-twodev.dat >"$tmp/closed.html"
check "or others that were recorded" grep -q 'estimate from what recorded flushes took, as' "$tmp/closed.html"
"$prog" run --quiet --by-site --format html --kallsyms traces/6.12-fq-mixed-perf-g.kallsyms \
	traces/6.12-fq-mixed-perf-g.perf.data >"$tmp/sites.html"
check "call sites have names" grep -q '<td class="text">nvme_prep_rq.part.0+0x4e2</td>' "$tmp/sites.html"
"$prog" run --quiet --format html "$file" traces/6.12-fq-twodev.dat traces/6.12-fq-randwrite.dat >"$tmp/many.html"
check "several recordings have a matrix" test "$(count '<th scope="row"><a href="#r' "$tmp/many.html")" -eq 3
check "and are folded" test "$(count '<details class="recording" id="r' "$tmp/many.html")" -eq 3
"$prog" run --quiet --format html --strategy strict,identity traces/x86_64-6.12-lazy-randread-icount.dat \
	traces/x86_64-6.12-vtd-caching-lim1000.dat >"$tmp/identity.html"
check "identity exposes all memory" test "$(count '<small>all memory</small>' "$tmp/identity.html")" -eq 2
"$prog" verify --quiet --format html "$file" >"$tmp/verify.html"
check "verify begins with its verdict" grep -q '<p class="lead"><strong>The model agrees' "$tmp/verify.html"
"$prog" info --quiet --format html "$file" >"$tmp/info.html"
"$prog" run --quiet --format json "$file" >"$tmp/a.json"
"$prog" run --quiet --hypervisor kvm:entry-limit=1024 --format json "$file" >"$tmp/b.json"
"$prog" compare --format html --ignore parameters.entry_limit "$tmp/a.json" "$tmp/b.json" >"$tmp/compare.html" 2>/dev/null
"$prog" sweep --quiet --vary entry-limit=64:4096:x2 --find min-entry-limit --format html "$file" >"$tmp/sweep.html"
"$prog" sweep --quiet --frontier --format html "$file" >"$tmp/frontier.html"
check "the frontier has a picture with its ends" test "$(count '<text class="dot-name"[^>]*>\(strict +1\|identity\)<' "$tmp/frontier.html")" -eq 2
"$prog" sweep --quiet --frontier --format json "$file" >"$tmp/frontier.json"
check "the frontier has a dot for each of its combinations, and one in the key" test \
	"$(count '<circle class="dot"' "$tmp/frontier.html")" -eq $(($(grep -c '"page_seconds": null,\|^        "page_seconds"' "$tmp/frontier.json") + 1))
check "the frontier: maps fail with some" test "$(count '<text class="cross"' "$tmp/frontier.html")" -eq 3
for name in verify info compare sweep frontier; do
	check "$name: a whole page" test "$(count '</html>' "$tmp/$name.html")" -eq 1
done
# Names come from anybody.
cp "$file" "$tmp/<script>alert(1)<&\"'.dat"
"$prog" run --quiet --strategy strict --format html "$tmp/<script>alert(1)<&\"'.dat" >"$tmp/names.html"
check "names are no mark-up" test "$(count '<script>alert' "$tmp/names.html")" -eq 0

# The picture in README.md: nothing in it changes unless a figure does.
exits "a picture" 0 run --quiet --format svg -o "$tmp/strategies.svg" "$file"
check "the picture in README.md is what its command gives" cmp "$tmp/strategies.svg" examples/strategies.svg
check "the picture in README.md: its command" grep -q "run --format svg --output strategies.svg $file" README.md
# So is the example: each of its sentences, whatever is left out between them.
"$prog" run --quiet "$file" | tr -s ' \n' ' ' >"$tmp/now"
sed -n '/^    \$ build\/iommu-replay run/,/^$/p' README.md | sed '1,2d; s/^    [a-z][a-z]*  */@/' | tr -s ' \n' ' ' |
	sed 's/\[\.\.\.\]/@/g; s/ *@ */\n/g; s/ *$/\n/' >"$tmp/example"
check "the example in README.md has four sentences or more" test "$(grep -c . "$tmp/example")" -ge 4
while read -r part; do
	[ -z "$part" ] || check "the example in README.md: $part" grep -qF -e "$part" "$tmp/now"
done <"$tmp/example"
check "the picture is at most 60 kB large" test "$(wc -c <examples/strategies.svg)" -le 61440
check "the picture needs no other file and no script" \
	test "$(grep -cE '(src|href)=|url\(|@import|<script|var\(' "$tmp/strategies.svg")" -eq 0
"$prog" run --quiet --strategy strict --format svg "$tmp/<script>alert(1)<&\"'.dat" >"$tmp/names.svg"
if command -v python3 >/dev/null; then
	for picture in strategies names; do
		check "the picture is well-formed: $picture" python3 -c \
			"import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])" "$tmp/$picture.svg"
	done
fi
"$prog" run --quiet --format svg "$file" traces/6.12-fq-twodev.dat >"$tmp/many.svg"
check "a picture of several recordings has each" test "$(count 'class="text title"' "$tmp/many.svg")" -eq 2

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
		--force-device-scale-factor=1 --virtual-time-budget=5000 \
		"$@" "file://$shown" >"$tmp/out" 2>"$tmp/err"
}

# quiet TEXT: nothing on the console
quiet() {
	if grep -q CONSOLE "$tmp/err"; then
		not_ok "$1: $(grep CONSOLE "$tmp/err")"
	else
		ok "$1"
	fi
}

# A page that measures itself, in a frame of the width that is wanted: how high it is, how much
# wider than the frame, how many texts have less contrast than 4.5, and how many plots are empty.
cat >"$tmp/probe" <<'END'
<script>
addEventListener("load", () => setTimeout(() => {
	const light = (c) => c.map((v) => v / 255).map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const parts = (text) => (text.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
	const over = (a, b) => { const alpha = a.length > 3 ? a[3] : 1;
		return [0, 1, 2].map((i) => a[i] * alpha + b[i] * (1 - alpha)); };
	const ground = (e) => { const list = [];
		for (; e; e = e.parentElement) list.push(parts(getComputedStyle(e).backgroundColor));
		return list.reverse().reduce((under, c) => over(c, under), [255, 255, 255]); };
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), faint = [];
	while (walk.nextNode()) {
		const e = walk.currentNode.parentElement, style = getComputedStyle(e);
		if (!walk.currentNode.data.trim() || !e.getClientRects().length || e.closest("script, title")) continue;
		const back = ground(e), svg = e.closest("svg"), color = over(parts(svg ? style.fill : style.color), back);
		const pair = [light(color), light(back)].sort((a, b) => b - a), ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
		if (ratio < 4.5) faint.push(e.tagName + "." + e.getAttribute("class") + " " + ratio.toFixed(2));
	}
	const empty = [...document.querySelectorAll(".plot svg path, .range line, .bar-line rect")]
		.filter((p) => p.getClientRects().length && !p.matches(".grid, .track") && p.tagName === "path" &&
			p.getAttribute("d").length < 8).length;
	parent.postMessage("high " + document.documentElement.scrollHeight + " wide " +
		(document.documentElement.scrollWidth - innerWidth) + " empty " + empty + " faint " +
		[...new Set(faint)].join(", "), "*");
}, 300));
</script>
END

# measure PAGE WIDTH ARGUMENTS...: sets $high, $wide, $empty, $faint
measure() {
	sed "/<\/main>/r $tmp/probe" "$1" >"$tmp/framed.html"
	cat >"$tmp/frame.html" <<-END
		<!DOCTYPE html><body style="margin:0"><p id="told"></p>
		<script>addEventListener("message", (e) => { document.getElementById("told").textContent = e.data; });</script>
		<iframe src="framed.html" style="width:$2px;height:900px;border:0"></iframe>
	END
	shift 2
	browse "$tmp/frame.html" --window-size=1500,1000 --dump-dom "$@"
	told=$(sed -n 's/.*<p id="told">\(high .*\)<\/p>.*/\1/p' "$tmp/out")
	high=$(echo "$told" | awk '{ print $2 }')
	wide=$(echo "$told" | awk '{ print $4 }')
	empty=$(echo "$told" | awk '{ print $6 }')
	faint=${told##* faint }
}

browse "$page" --window-size=1400,1000 --screenshot="$tmp/first.png"
if [ ! -s "$tmp/first.png" ]; then
	skip "web page in a browser: chromium does not run here: $(tail -n 1 "$tmp/err")"
	exit 0
fi
quiet "no errors on the console"
dark=--blink-settings=preferredColorScheme=0
for what in page:1400 page:800 page:390 page:1400:$dark page:390:$dark two:1400 two:390 many:1400 many:390 \
	many:1400:$dark sites:390 verify:1400 verify:390 info:390 compare:390 sweep:1400 sweep:390 sweep:1400:$dark \
	frontier:1400 frontier:800 frontier:390 frontier:390:$dark; do
	name=${what%%:*}
	rest=${what#*:}
	option=${rest#*:}
	[ "$option" != "$rest" ] || option=
	# shellcheck disable=SC2086	# one option, or none
	measure "$tmp/$name.html" "${rest%%:*}" $option
	quiet "$what: no errors on the console"
	check "$what: nothing is wider than the page (${wide:-?})" test "${wide:-1}" -le 0
	check "$what: every text has a contrast of 4.5${faint:+: $faint}" test -n "$told" -a -z "$faint"
	check "$what: no plot is empty" test "${empty:-1}" -eq 0
	[ "$what" != page:1400 ] ||
		check "the page of one recording is at most 3500 px high ($high)" test "${high:-9999}" -le 3500
done

# pixels PNG: how many have the colours of background, unmapped pages, live pages, flushes after an unmap
pixels() {
	# shellcheck disable=SC2046	# numbers
	set -- $("$BUILD/tests/tool_png" "$1" "$2" "$3" "$4" "$5")
	background=${1:-0} lazy=${2:-0} live=${3:-0} sync=${4:-0}
	echo "# $background background, $lazy unmapped, $live live, $sync after an unmap"
}

# drawn TEXT: the plots are not empty
drawn() {
	if [ "$background" -gt 1000000 ] && [ "$lazy" -gt 10000 ] && [ "$live" -gt 10000 ] && [ "$sync" -gt 2000 ]; then
		ok "$1"
	else
		not_ok "$1: $background $lazy $live $sync"
	fi
}

browse "$page" --window-size=1400,3500 --screenshot="$tmp/live.png"
pixels "$tmp/live.png" ffffff d6cbe9 75818d 0072b2
drawn "the plots show unmapped and live pages, and flushes"
browse "$page" --window-size=1400,3500 --screenshot="$tmp/dark.png" $dark
pixels "$tmp/dark.png" 15181b 4b3f66 8f9ba7 3b8fe0
drawn "and there is a dark scheme"

# A drag over a lane zooms all of them.
cat >"$tmp/drag" <<'END'
<script>
addEventListener("load", () => {
	const plot = document.querySelectorAll(".lane:not(.axis) .plot")[1], at = plot.getBoundingClientRect();
	[["pointermove", 50], ["pointerdown", 50], ["pointermove", 150], ["pointerup", 250]].forEach(([type, x], i) =>
		setTimeout(() => plot.dispatchEvent(new PointerEvent(type, { bubbles: true, pointerType: "mouse",
			clientX: at.left + x, clientY: at.top + 20 })), 200 + 100 * i));
	setTimeout(() => { document.title = [...document.querySelectorAll("svg.zoomed")].filter((svg) =>
		svg.viewBox.baseVal.x > 0).length + " zoomed"; }, 900);
});
</script>
END
sed "/<\/main>/r $tmp/drag" "$page" >"$tmp/zoomed.html"
browse "$tmp/zoomed.html" --window-size=1400,1000 --dump-dom
quiet "no errors on the console after zooming"
check "zooming into one lane zooms into all" grep -q "<title>$(count 'class="zoomed"' "$page") zoomed</title>" "$tmp/out"

# A browser that runs no script of the page.
sed "s/<meta charset=\"utf-8\">/&<meta http-equiv=\"Content-Security-Policy\" content=\"script-src 'none'\">/" \
	"$page" >"$tmp/static.html"
browse "$tmp/static.html" --window-size=1400,3500 --screenshot="$tmp/static.png"
check "without scripts none runs" grep -q "CONSOLE.*Content Security Policy" "$tmp/err"
pixels "$tmp/static.png" ffffff d6cbe9 75818d 0072b2
drawn "without scripts the page shows the same"
