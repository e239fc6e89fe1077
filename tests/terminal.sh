#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Output on a terminal: widths, colours, help, and hints for mistyped words.

. tests/lib.sh

# hint TEXT WANTED ARGUMENTS...: wrong usage that is answered with the nearest known name
hint() {
	text=$1
	wanted=$2
	shift 2
	run "$@"
	if [ "$status" -eq 2 ] && grep -qF "did you mean \"$wanted\"" "$tmp/err"; then
		ok "$text: the nearest known"
	else
		not_ok "$text: the nearest known (exit status $status)"
	fi
}

hint "a command" verify verfy
hint "a command in capitals" run RUN
hint "an option before a command" --version --versoin
hint "an option" --hypervisor run --hypervisr kvm x
hint "an option with a value" --queue-size run --queue-sise=7 x
hint "a word" per-cpu run --queue percpu x
hint "a strategy" sync-map-retry run --strategy sync-map-rety x
hint "a strategy in capitals" strict run --strategy Strict x
hint "a hypervisor" kvm-aperture run --hypervisor kvm-apertur x
hint "a parameter" pinned-limit run --hypervisor zvm:pined-limit=1 x
hint "a format" json run --format jsn x
hint "a list" hypervisors list hypervisor
run run --zzzzzzzzzzzzzzzzzzzz x
check "with nothing near, what is known is told in a line" test "$(head -n 1 "$tmp/err" | wc -c)" -lt 520
says "options are named whole or not at all" " --"

for width in 60 80; do
	for command in run info ops verify compare list; do
		COLUMNS=$width run $command --help
		check "$command --help fits $width columns" test \
			"$(grep '^          ' "$tmp/out" | wc -L)" -le $width
	done
done
COLUMNS=200 run run --help
check "help is no wider than 80 columns" test "$(wc -L <"$tmp/out")" -le 80
for list in strategies hypervisors events; do
	for width in 72 80 120; do
		COLUMNS=$width run list $list
		check "list $list fits $width columns" test "$(wc -L <"$tmp/out")" -le $width
	done
done

if ! file=$(recording); then
	skip "tables of recordings: there are none in traces/"
	exit 0
fi
ln -s "$(realpath "$file")" "$tmp/t.dat"
file=t.dat
cd "$tmp" || exit 1
"$prog" run --quiet --format json --strategy strict,legacy $file >old.json
"$prog" run --quiet --format json --strategy strict,legacy --hypervisor kvm:entry-limit=64 $file >new.json
for width in 60 80 120; do
	for command in "run --hypervisor kvm:entry-limit=64" info "verify --hypervisor kvm:entry-limit=64" \
		"verify --verbose"; do
		# shellcheck disable=SC2086
		COLUMNS=$width run $command --quiet $file
		check "$command fits $width columns" test "$(wc -L <out)" -le $width
	done
done
# Keys of devices' figures have up to 44 characters.
for width in 100 120; do
	COLUMNS=$width run compare old.json new.json --ignore parameters.entry_limit
	check "compare fits $width columns" test "$(wc -L <out)" -le $width
done

if ! script -qec true /dev/null >/dev/null 2>&1; then
	skip "colours: no script(1) that makes a terminal"
	exit 0
fi

escape=$(printf '\033')
# on_terminal COMMAND: with a terminal as standard output
on_terminal() {
	TERM=${TERM_WANTED:-xterm} script -qec "$1" /dev/null </dev/null >out 2>err
}

# coloured, plain TEXT: the last output
coloured() {
	check "$1" grep -q "$escape\[[0-9;]*m" out
}
plain() {
	check "$1" sh -c "! grep -q '$escape' out"
}

limit="--quiet --hypervisor kvm:entry-limit=64 $file"
on_terminal "'$prog' run $limit"
coloured "run: colours on a terminal"
on_terminal "'$prog' compare old.json new.json --ignore parameters.entry_limit"
coloured "compare: colours on a terminal"
on_terminal "'$prog' verify $limit"
coloured "verify: colours on a terminal"
on_terminal "NO_COLOR=1 '$prog' run $limit"
plain "run: none with NO_COLOR"
on_terminal "NO_COLOR=1 '$prog' compare old.json new.json --ignore parameters.entry_limit"
plain "compare: none with NO_COLOR"
on_terminal "NO_COLOR=1 '$prog' verify $limit"
plain "verify: none with NO_COLOR"
on_terminal "NO_COLOR= '$prog' run $limit"
coloured "run: an empty NO_COLOR says nothing"
on_terminal "NO_COLOR=1 '$prog' run --color always $limit"
coloured "run: --color always is stronger"
on_terminal "'$prog' run --color never $limit"
plain "run: --color never"
TERM_WANTED=dumb on_terminal "'$prog' run $limit"
plain "run: none on a dumb terminal"
on_terminal "'$prog' run $limit | cat"
plain "run: none into a pipe"
on_terminal "'$prog' run --output file $limit"
cp file out
plain "run: none into a file"
# shellcheck disable=SC2086
run run --color always $limit
coloured "run: --color always into a pipe"
on_terminal "'$prog' run --format json $limit"
plain "run: no colours in JSON"
for command in "--help" "run --help" "--version" "list events"; do
	on_terminal "NO_COLOR=1 '$prog' $command"
	plain "$command: none with NO_COLOR"
done
on_terminal "stty cols 70; '$prog' run $limit"
check "the width is the terminal's" test "$(tr -d '\r' <out | sed "s/$escape\[[0-9;]*m//g" | wc -L)" -le 70
