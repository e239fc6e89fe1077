# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sourced by the scripts of the lab, which boot Debian kernels in emulated machines to record them.
#
# LAB_CACHE holds what was downloaded and unpacked: about 1 GiB, which may be removed at any time.

# shellcheck disable=SC2034	# used by those who source this

set -eu

lab=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$lab/../.." && pwd)
cache=${LAB_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/iommu-replay-lab}
# Of what runs in the guests, and of QEMU: the first one that the mirror has completely.
tools_suites=${LAB_TOOLS_SUITE:-trixie sid}

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# The lab cannot be had here, which is no fault of what is tested: exit status 77.
skip() {
	echo "${0##*/}: $*" >&2
	exit 77
}

lab_needs() {
	for tool in apt-get apt-cache dpkg-deb cpio depmod modprobe readelf tar xz; do
		command -v "$tool" >/dev/null || PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null ||
			skip "$tool is missing (scripts/deps has the packages: LAB_PACKAGES)"
	done
	[ -x /usr/bin/lddtree ] || skip "lddtree is missing (Debian: pax-utils)"
	PATH=$PATH:/usr/sbin:/sbin
}

# Debian's name of an architecture, as far as the lab has it.
debian_arch() {
	case $1 in
	s390x) echo s390x ;;
	x86_64 | amd64) echo amd64 ;;
	aarch64 | arm64) echo arm64 ;;
	*) die "$1: no such architecture here; s390x, x86_64 or aarch64" ;;
	esac
}
