# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-or-later
# lab: disks=0 nic=igb
# TCP through an emulated igb, to and from its host.

dd if=/dev/zero bs=16k count=64 | nc 10.0.2.100 5001 || exit 1
nc 10.0.2.100 5002 </dev/null | dd of=/dev/null bs=1k count=640 iflag=fullblock
