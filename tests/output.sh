#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Output: files that are complete or absent, full disks, readers that go away.

. tests/lib.sh

# shellcheck disable=SC2012	# names without surprises
# clean TEXT DIRECTORY NAMES: nothing but these files is in the directory
clean() {
	if [ "$(ls -A "$2")" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1: $(ls -A "$2" | tr '\n' ' ')"
	fi
}

mkdir "$tmp/dir"
target=$tmp/dir/out

exits "list to a file" 0 list --output "$target" strategies
check "nothing goes to standard output" test ! -s "$tmp/out"
"$prog" list strategies >"$tmp/out"
check "the file has what standard output would have" cmp -s "$tmp/out" "$target"
clean "nothing else is left behind" "$tmp/dir" out
(umask 027 && "$prog" list -o "$tmp/mode" strategies)
check "a new file has the permissions of umask" test "$(stat -c %a "$tmp/mode")" = 640
chmod 604 "$tmp/mode"
"$prog" list -o "$tmp/mode" events
check "an old one keeps its own" test "$(stat -c %a "$tmp/mode")" = 604
ln -s dir/out "$tmp/link"
exits "through a symbolic link" 0 list -o "$tmp/link" events
check "the link stays one" test -L "$tmp/link"
"$prog" list events >"$tmp/out"
check "what it points to was written" cmp -s "$tmp/out" "$target"

exits "a directory that does not exist" 1 list -o "$tmp/none/out" events
says "a directory that does not exist: says so" "No such file or directory"
exits "a directory is no file" 1 list -o "$tmp/dir" events
for name in /dev/stdout /dev/fd/1 /proc/self/fd/1; do
	exits "standard output by the name $name" 0 list -o $name events
done
check "standard output by name has the list" cmp -s "$tmp/out" "$target"
COLUMNS=40 "$prog" list strategies >"$tmp/narrow"
COLUMNS=7 run list strategies
check "a table has 40 columns at least" cmp -s "$tmp/out" "$tmp/narrow"
exits "- is standard output" 0 list -o - events
check "- has the list" cmp -s "$tmp/out" "$target"
mkfifo "$tmp/fifo"
timeout 10 cat "$tmp/fifo" >"$tmp/read" &
timeout 10 "$prog" list -o "$tmp/fifo" events
wait
check "a pipe with a name" cmp -s "$tmp/read" "$target"
check "is still one" test -p "$tmp/fifo"

# full TEXT ARGUMENTS...: an error, with a message, if the disk is full
full() {
	text=$1
	shift
	"$prog" "$@" >/dev/full 2>"$tmp/err"
	status=$?
	if [ $status -eq 1 ] && grep -q "No space left" "$tmp/err"; then
		ok "full disk: $text"
	else
		not_ok "full disk: $text (exit status $status)"
	fi
}

# closed TEXT ARGUMENTS...: an error, if standard output is closed
closed() {
	text=$1
	shift
	"$prog" "$@" >&- 2>"$tmp/err"
	check "closed standard output: $text" test $? -eq 1
}

# early TEXT ARGUMENTS...: not a word, if the reader goes away
early() {
	text=$1
	shift
	"$prog" "$@" 2>"$tmp/err" | :
	check "a reader that goes away: $text" test ! -s "$tmp/err"
}

if [ -w /dev/full ]; then
	full "--help" --help
	full "--version" --version
	full "run --help" run --help
	full "list" list strategies
	full "list as JSON" list --format json strategies
	exits "a full device as FILE" 1 list -o /dev/full strategies
else
	skip "full disk: no /dev/full"
fi
closed "list" list strategies
early "list" list strategies

if ! file=$(recording); then
	skip "output of commands on recordings: there are none in traces/"
	exit 0
fi

if [ -w /dev/full ]; then
	for format in table json csv md; do
		full "run as $format" run --strategy strict --format $format "$file"
	done
	full "info" info "$file"
	full "ops" ops "$file"
fi
closed "run" run --strategy strict "$file"
closed "ops" ops "$file"
early "run" run --quiet --strategy strict "$file"
early "ops" ops --quiet "$file"

for format in table json csv md; do
	run run --strategy strict,null --format $format "$file"
	"$prog" run --strategy strict,null --format $format -o "$target" "$file" 2>"$tmp/err"
	check "a file has what standard output has: $format" cmp -s "$tmp/out" "$target"
done
"$prog" ops -q "$file" >"$tmp/out"
"$prog" ops -q -o "$target" "$file"
check "a file has what standard output has: ops" cmp -s "$tmp/out" "$target"

echo old >"$target"
exits "an input error" 1 run --strategy strict -o "$target" "$file" "$tmp/missing"
check "leaves the old file as it was" test "$(cat "$target")" = old
rm "$target"
exits "an input error without an old file" 1 ops -o "$target" "$tmp/missing"
clean "leaves nothing" "$tmp/dir" ""

cp "$file" "$tmp/dir/copy.dat"
exits "an input is not written over" 2 run -o "$tmp/dir/copy.dat" "$tmp/dir/copy.dat"
check "an input stays as it was" cmp -s "$file" "$tmp/dir/copy.dat"
clean "and alone" "$tmp/dir" copy.dat

# A process that may write 4 KiB to a file stands for a disk that fills up.
(
	ulimit -f 8
	trap '' XFSZ
	"$prog" ops -o "$target" "$file" 2>"$tmp/err"
)
check "a disk that fills up is an error" test $? -eq 1
clean "and leaves nothing" "$tmp/dir" copy.dat

# A signal while standard input is read, which would otherwise never end.
for signal in INT TERM; do
	mkfifo "$tmp/endless-$signal"
	sleep infinity >"$tmp/endless-$signal" &
	feeder=$!
	# A shell without job control has background jobs ignore SIGINT; env gives it back.
	env --default-signal=INT "$prog" run -o "$target" - <"$tmp/endless-$signal" \
		2>"$tmp/err" &
	# More than once: the second one is for programs that cannot stop at once.
	interrupt $! $signal
	kill $feeder
	wait $feeder 2>/dev/null
	check "SIG$signal: exit status 130" test $status -eq 130
	clean "SIG$signal: nothing is left behind" "$tmp/dir" copy.dat
done
