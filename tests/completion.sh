#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Completion of command lines in bash and zsh, against what the program itself says.

. tests/lib.sh

build=$(cd "$BUILD" && pwd)
if [ ! -f "$build/completion/iommu-replay" ]; then
	skip "completion: $BUILD/completion was not made (make all)"
	exit 0
fi
PATH=$build:$PATH

if ! command -v bash >/dev/null; then
	skip "completion in bash: no bash"
else

# The words that bash offers for those given, the last of which is being typed.  As in readline, "=" is a
# word of its own.
cat >"$tmp/complete.bash" <<-'END'
	source "$1"
	shift
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	spec=$(complete -p iommu-replay) || exit 1
	[[ $spec == "complete -F "* ]] || exit 1
	_iommu_replay "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
	printf '%s\n' "${COMPREPLY[@]}"
END

# offers TEXT WANTED WORDS...: exactly these, with a blank between
offers() {
	text=$1
	wanted=$2
	shift 2
	got=$(bash "$tmp/complete.bash" "$build/completion/iommu-replay" iommu-replay "$@" \
		2>"$tmp/err" | paste -sd ' ')
	if [ "$got" = "$wanted" ] && [ ! -s "$tmp/err" ]; then
		ok "bash: $text"
	else
		not_ok "bash: $text: \"$got\", not \"$wanted\""
	fi
}

check "the script for bash has no errors" bash -n "$build/completion/iommu-replay"
commands=$("$prog" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | paste -sd ' ')
offers "commands" "$commands --help --version" ""
offers "a command" "verify" "verif"
for command in $commands; do
	offers "all options of $command" "$("$prog" "$command" --help |
		sed -n 's/^  *\(-., \)\{0,1\}\(--[a-z-]*\).*/\2/p' | paste -sd ' ')" "$command" -
done
offers "the rest of an option" "--queue --queue-size --queue-timeout" run --que
formats=$("$prog" run --format none 2>&1 | sed -n 's/.*known: //p' | tr -d ,)
offers "words of an option" "$formats" run --format ""
offers "words of a letter" "json" run -f j
offers "words after =" "single" run --queue = si
offers "words after = alone" "single per-cpu none" run --queue =
offers "formats of another command" "table json" list --format ""
offers "operands that are words" "strategies" list stra
offers "names of strategies" "legacy legacy-strict" run --strategy leg
offers "the next name in a list" "strict,fq-flush" run --strategy strict,fq
offers "all" "all" run --strategy al
offers "names of hypervisors" "kvm kvm-aperture" run --hypervisor k
mkdir -p "$tmp/dir"
: >"$tmp/dir/some trace.dat"
offers "files as operands" "$tmp/dir/some trace.dat" run "$tmp/dir/so"
offers "files of options" "$tmp/dir/some trace.dat" run --output "$tmp/dir/"
offers "nothing for a number" "" run --hz ""
cp -r examples/plugin-strategy "$tmp/plugin"
rm -f "$tmp"/plugin/*.so
if PKG_CONFIG_PATH=$build make -s -C "$tmp/plugin" >"$tmp/err" 2>&1; then
	offers "names of plug-ins" "low-water" run --plugin "$tmp/plugin/low_water.so" --strategy low
else
	not_ok "bash: names of plug-ins: the example does not compile"
fi

fi

if ! command -v zsh >/dev/null; then
	skip "completion in zsh: no zsh"
	exit 0
fi

check "the script for zsh has no errors" zsh -n "$build/completion/_iommu-replay"
# The real thing: a zsh on a terminal of its own, to which keys are sent.
cat >"$tmp/complete.zsh" <<-'END'
	zmodload zsh/zpty
	fpath_dir=$1 keys=$2 wanted=$3
	zpty z zsh -f -i
	zpty -w z "PS1= PS2= RPS1=; unsetopt zle_bracketed_paste beep; fpath=($fpath_dir \$fpath)"
	zpty -w z "autoload -Uz compinit && compinit -u -D"
	zpty -w z "zstyle ':completion:*' list-colors ''; setopt list_rows_first; LISTMAX=0"
	zpty -w z "stty columns 100 rows 60 -echo; print ready''now"
	zpty -r -m z seen '*readynow*' || exit 1
	zpty -w -n z "$keys"$'\t'
	out=
	until [[ ${out//[$'\r'$'\0']/} == *${wanted}* ]]; do
		sleep 0.05
		while zpty -rt z part; do out+=$part; print -rn -- "$part"; done
	done
	zpty -d z
END

# zsh_shows TEXT WANTED KEYS: something that appears when tab is pressed after the keys
zsh_shows() {
	TERM=dumb timeout 60 zsh -f "$tmp/complete.zsh" "$build/completion" "$3" "$2" \
		>"$tmp/out" 2>"$tmp/err"
	if tr -d '\r\000' <"$tmp/out" | grep -qF -e "$2"; then
		ok "zsh: $1"
	else
		cat "$tmp/out" >>"$tmp/err"
		not_ok "zsh: $1"
	fi
}

zsh_shows "a command" "iommu-replay verify " "iommu-replay verif"
zsh_shows "commands with what they do" "Print the operations of a recording" "iommu-replay "
zsh_shows "an option" "--initial-pages=" "iommu-replay run --initial-p"
zsh_shows "a word of an option" "--queue=single" "iommu-replay run --queue=si"
zsh_shows "a strategy" "--strategy=map-inline" "iommu-replay run --strategy=map-i"
zsh_shows "an operand" "list hypervisors" "iommu-replay list hyp"
