#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Installs into an empty root by "make install" and as Debian packages, and uses it from there.

. tests/lib.sh

cc=${CC:-cc}

if nm -D "$prog" 2>/dev/null | grep -q '__[atu]san_init'; then
	skip "installing: a build with sanitizers is for tests alone"
	exit 0
fi

# makes ARGUMENTS...: make, as if nobody had called it from a make
makes() {
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u DESTDIR -u PREFIX make -s "$@" \
		>"$tmp/make" 2>"$tmp/err" || { cat "$tmp/make" >>"$tmp/err"; return 1; }
}

# symbols FILE [OPTION...]: what it defines for others
symbols() {
	object=$1
	shift
	nm -g --defined-only --format=posix "$@" "$object" 2>/dev/null |
		awk 'NF >= 2 && $2 ~ /^[A-TV-Z]$/ { print $1 }' | LC_ALL=C sort -u
}

# It must neither install nor build anything for these.
check "quickstart --help" sh -c "scripts/quickstart --help | grep -q '^usage: scripts/quickstart .RECORDING.'"
check "quickstart takes no other option" sh -c "scripts/quickstart --nonsense 2>/dev/null; test \$? -eq 2"

version=$(sed -n 's/^VERSION := //p' Makefile)
check "--version is the Makefile's" test "$("$prog" --version)" = "iommu-replay $version"

cat >"$tmp/tiny.c" <<-'END'
	/* A program with the library: replays, and prints a figure and the report. */
	#include <iommu-replay/registry.h>
	#include <iommu-replay/report.h>
	#include <stdio.h>
	#include <stdlib.h>

	int main(int argc, char **argv)
	{
		struct ir_registry *registry = ir_registry_new();
		struct ir_recording *rec = ir_recording_open(argv[1], NULL, NULL);
		struct ir_config config = { .params.hz = 0 };
		struct ir_error err = { "" };
		struct ir_result result;

		if (argc > 3 && ir_registry_load(registry, argv[3], &err)) {
			fprintf(stderr, "%s\n", err.text);
			return 1;
		}
		config.strategy = ir_registry_strategy(registry, argv[2]);
		config.hypervisor = ir_registry_hypervisor(registry, "kvm");
		if (!rec || ir_replay(rec, &config, 1, NULL, &result, &err)) {
			fprintf(stderr, "%s\n", err.text);
			return 1;
		}
		printf("%llu\n", (unsigned long long)result.rpcit.total);
		ir_recording_close(rec);
		ir_registry_free(registry);
		return 0;
	}
END

# rpcits PROGRAM STRATEGY [OPTION...]: how many it predicts
rpcits() {
	program=$1
	strategy=$2
	shift 2
	"$program" run --quiet --strategy "$strategy" --format csv "$@" "$file" 2>"$tmp/err" |
		awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "rpcit.total") at = i }
			NR == 2 { print $at }'
}

# used NAME ROOT LIBDIR EXAMPLES: everything that is done with an installed root
used() {
	name=$1 root=$2 lib=$2$3 examples=$2$4
	export PKG_CONFIG_LIBDIR="$lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$root"
	bin=$root$prefix/bin/iommu-replay

	check "$name: the program runs" test "$("$bin" --version)" = "iommu-replay $version"
	file=$(TRACES=$root$prefix/share/iommu-replay/traces recording)
	total=$(rpcits "$bin" strict)
	check "$name: it replays an installed recording" test -n "$total"
	check "$name: with the same result as the one that was not installed" \
		test "$total" = "$(rpcits "$prog" strict)"
	check "$name: pkg-config knows the version" \
		test "$(pkg-config --modversion libiommureplay)" = "$version"

	flags=$(pkg-config --cflags libiommureplay)
	libs=$(pkg-config --libs libiommureplay)
	# shellcheck disable=SC2086
	check "$name: a program compiles with the shared library" \
		"$cc" -Wall -Wextra -Werror $flags -o "$tmp/tiny" "$tmp/tiny.c" $libs
	check "$name: and has the same result" \
		test "$(LD_LIBRARY_PATH=$lib "$tmp/tiny" "$file" strict)" = "$total"
	libs=$(pkg-config --static --libs libiommureplay |
		sed 's/-liommureplay/-l:libiommureplay.a/')
	# shellcheck disable=SC2086
	check "$name: a program compiles with the static library" \
		"$cc" $flags -o "$tmp/tiny-static" "$tmp/tiny.c" $libs
	check "$name: and has the same result, without the shared one" \
		test "$("$tmp/tiny-static" "$file" strict)" = "$total"

	for example in strategy:low_water hypervisor:kvm_warn; do
		dir=$tmp/$name-${example%:*}
		cp -r "$examples/plugin-${example%:*}" "$dir"
		check "$name: examples/plugin-${example%:*} compiles" make -s -C "$dir" CC="$cc"
	done
	# shellcheck disable=SC2086,SC2046
	check "$name: a plug-in that is linked with the library compiles" "$cc" $flags -fPIC -shared \
		-Wl,--no-as-needed -o "$tmp/linked.so" "$tmp/$name-strategy/low_water.c" \
		$(pkg-config --libs libiommureplay)
	total=$(LD_LIBRARY_PATH=$lib rpcits "$bin" low-water --plugin "$tmp/linked.so")
	check "$name: the program uses it" test -n "$total"
	check "$name: with the same result as one that is not linked" test "$total" = \
		"$(rpcits "$bin" low-water --plugin "$tmp/$name-strategy/low_water.so")"
	total=$(rpcits "$bin" low-water --plugin "$tmp/$name-strategy/low_water.so" \
		--plugin "$tmp/$name-hypervisor/kvm_warn.so" --hypervisor kvm-warn:reserve=0)
	check "$name: the program uses both" test -n "$total"
	check "$name: and so does a program with the shared library" test "$total" = \
		"$(LD_LIBRARY_PATH=$lib "$tmp/tiny" "$file" low-water "$tmp/$name-strategy/low_water.so")"
	unset PKG_CONFIG_LIBDIR PKG_CONFIG_SYSROOT_DIR
}

# make install

prefix=/usr
root=$tmp/root
check "make install into an empty root" makes install DESTDIR="$root" PREFIX=$prefix
used install "$root" /usr/lib /usr/share/doc/iommu-replay/examples

for file in lib/include/iommu-replay/*.h; do
	header=iommu-replay/${file##*/}
	echo "#include <$header>" >"$tmp/header.c"
	check "<$header> stands alone" "$cc" -std=c11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only \
		-I"$root/usr/include" "$tmp/header.c"
done
check "all manual pages are installed" test "$(find "$root/usr/share/man" -type f -name '*.[157]' | wc -l)" \
	-eq "$(find man -name '*.[1-9]' | wc -l)"
for file in bash-completion/completions/iommu-replay zsh/site-functions/_iommu-replay \
	doc/iommu-replay/README.md doc/iommu-replay/examples/ci/dma-regression.sh \
	iommu-replay/traces/6.12-fq-mixed-perf-g.kallsyms iommu-replay/traces/manifest.json; do
	check "share/$file is installed" test -s "$root/usr/share/$file"
done
check "all recordings are installed" test \
	"$(find "$root/usr/share/iommu-replay/traces" -name '*.dat' | wc -l)" -eq \
	"$(find traces -name '*.dat' | wc -l)"

so=$root/usr/lib/libiommureplay.so
check "the library's soname" sh -c "readelf -d '$so' | grep -q 'SONAME.*\[libiommureplay.so.0\]'"
check "the soname is a file" test -f "$so.0"
symbols "$so" -D >"$tmp/shared"
symbols "${so%.so}.a" >"$tmp/static"
symbols "$prog" -D | grep '^ir_' >"$tmp/program"
check "the shared library exports something" grep -qx ir_replay "$tmp/shared"
check "the static library exports the same" cmp -s "$tmp/shared" "$tmp/static"
check "the program exports the same to plug-ins" cmp -s "$tmp/shared" "$tmp/program"
check "everything exported begins with ir_" sh -c "! grep -v '^ir_' '$tmp/shared'"
undeclared=
while read -r symbol; do
	grep -qw "$symbol" "$root"/usr/include/iommu-replay/*.h || undeclared="$undeclared $symbol"
done <"$tmp/shared"
check "everything exported is in a public header:$undeclared" test -z "$undeclared"

check "make uninstall" makes uninstall DESTDIR="$root" PREFIX=$prefix
check "leaves nothing" test -z "$(find "$root" -mindepth 1)"

mkdir -p "$root/opt/x/bin"
: >"$root/opt/x/bin/other"
check "make install with other directories" makes install DESTDIR="$root" PREFIX=/opt/x \
	LIBDIR=/opt/x/lib64 DATADIR=/opt/y
check "they are used" test -f "$root/opt/x/lib64/pkgconfig/libiommureplay.pc"
check "all of them" test -f "$root/opt/y/man/man1/iommu-replay.1"
check "make uninstall with the same" makes uninstall DESTDIR="$root" PREFIX=/opt/x \
	LIBDIR=/opt/x/lib64 DATADIR=/opt/y
check "leaves what is not its own" test "$(find "$root" -type f)" = "$root/opt/x/bin/other"

# Debian packages

if ! command -v dpkg-buildpackage >/dev/null || ! command -v dh >/dev/null; then
	skip "Debian packages: no dpkg-dev, or no debhelper"
	exit 0
fi
if ! dpkg-checkbuilddeps 2>"$tmp/err"; then
	skip "Debian packages: $(cat "$tmp/err")"
	exit 0
fi
check "the version is debian/changelog's" \
	test "$(dpkg-parsechangelog -l debian/changelog -S Version)" = "$version"
# Tests are being run already, and how fast the program is does not matter here.
DEB_BUILD_OPTIONS="nocheck noopt noautodbgsym parallel=$(nproc)"
LTO=
export DEB_BUILD_OPTIONS LTO
if makes deb BUILD="$tmp/packages"; then
	ok "make deb"
else
	tail -n 30 "$tmp/err" >"$tmp/end" && mv "$tmp/end" "$tmp/err"
	not_ok "make deb"
	exit 0
fi
check "make deb leaves packages alone" test -z "$(find "$tmp/packages/deb" -mindepth 1 -type d)"
for package in iommu-replay libiommureplay0 libiommureplay-dev; do
	check "$package: a package" dpkg-deb -x "$tmp/packages/deb/${package}_$version"_*.deb "$tmp/deb"
	check "$package: has a copyright and a changelog" test -s "$tmp/deb/usr/share/doc/$package/copyright" \
		-a -s "$tmp/deb/usr/share/doc/$package/changelog.gz"
done
multiarch=$(dpkg-architecture -q DEB_HOST_MULTIARCH)
used deb "$tmp/deb" "/usr/lib/$multiarch" /usr/share/doc/libiommureplay-dev/examples
if command -v lintian >/dev/null; then
	check "lintian finds no error" \
		lintian --allow-root --fail-on error --no-cfg "$tmp"/packages/deb/*.changes
else
	skip "lintian: not there"
fi
