# SPDX-License-Identifier: GPL-2.0-or-later
#
# Recordings, as ftrace text, that grow with n in one way each:
#
#	awk -v kind=KIND -v n=N -f tests/growing.awk
#
#	live	n pages are mapped, then some more come and go, then all are unmapped
#	devices	n devices, two mappings each; their timers fire
#	splits	n adjacent pages that look like one mapping, unmapped from the last one on
#	parts	the same, unmapped in no order
#	detaches  n mappings stay; a device is attached anew and maps, n times
#	crafted	n IOVAs that a fixed multiplier would put into one bucket, and their unmaps
#	large	n mappings of 16 GiB
#	holes	n free pages between taken ones, then n mappings of two pages that find no room
#	full	holes in an aperture of 5n/8 pages, of which 16 are free at its end; then n mappings
#		of two pages come and go there
#	cpus	n operations, each on another CPU
#	memory	n mappings of memory that a fixed multiplier would put into one bucket, and their unmaps
#	tasks	n tasks, each with four mappings, one at a time, whose flushes are recorded
#	faulty	n mappings of one page, one at a time, each of which faults after its unmap
#	rpcits	n recorded RPCITs that no strategy but strict has

function event(name, text, cpu) {
	time += 10
	printf "%16s [%03d] %d.%06d: %s: %s\n", "fio-" (task ? task : 100), cpu, time / 1000000, time % 1000000,
		name, text
}

# Bytes of so many pages: not every awk prints numbers above 2^31 in full.
function bytes(pages) {
	return sprintf("%.0f", pages * 4096)
}

# Not every awk prints numbers above 2^32 in hexadecimal.
function hex(page) {
	if (page < 16777216)
		return sprintf("0x%x000", page)
	return sprintf("0x%x%06x000", page / 16777216, page % 16777216)
}

function map_to(page, pages, memory, cpu) {
	event("map", "IOMMU: iova=" hex(page) " - " hex(page + pages) " paddr=" hex(memory) \
	      " size=" bytes(pages), cpu)
}

function map(page, pages, cpu) {
	map_to(page, pages, 65536 + page % 4000000, cpu)
}

function flush(page) {
	event("rpcit", "(zpci_refresh_trans+0x0/0x100) fn=0x1 addr=" hex(page) " range=0x1000")
	event("rpcit_ret", "(0x1 <- zpci_refresh_trans) ret=0x0")
}

function unmap(page, pages, cpu) {
	event("unmap", "IOMMU: iova=" hex(page) " - " hex(page + pages) " size=" \
	      bytes(pages) " unmapped_size=" bytes(pages), cpu)
}

function device(i) {
	return sprintf("%04x:%02x:%02x.%d", int(i / 8192), int(i / 256) % 32, int(i / 8) % 32, i % 8)
}

function dma_map(i, page) {
	event("dma_map_page", device(i) " dir=BIDIRECTIONAL dma_addr=" substr(hex(page), 3) \
	      " size=4096 phys_addr=10000000 attrs=")
}

function gcd(a, b) {
	return b ? gcd(b, a % b) : a
}

# The next number that has no factor in common with n: its multiples are all pages.
function coprime(step) {
	while (gcd(step, n) > 1)
		step++
	return step ? step : 1
}

BEGIN {
	time = 1000000
	base = 1048576
	print "# tracer: nop\n#"
	if (kind == "live") {
		for (i = 0; i < n; i++)
			map(base + 2 * i, 1)
		for (i = 0; i < n; i++) {
			unmap(base + 2 * i, 1)
			map(base + 2 * i, 1)
		}
		for (i = 0; i < n; i++)
			unmap(base + 2 * i, 1)
	} else if (kind == "devices") {
		for (i = 0; i < n; i++)
			for (k = 0; k < 2; k++) {
				map(base + 4 * i + 2 * k, 1)
				dma_map(i, base + 4 * i + 2 * k)
			}
		for (i = 0; i < 2 * n; i++)
			unmap(base + 2 * i, 1)
		time += 3000000
		event("print", "hello")
	} else if (kind == "splits" || kind == "parts") {
		for (i = 0; i < n; i++)
			map(base + i, 1)
		step = kind == "splits" ? 1 : coprime(int(n * 0.618))
		for (i = n - 1; i >= 0; i--)
			unmap(base + i * step % n, 1)
	} else if (kind == "faulty") {
		for (i = 0; i < n; i++) {
			map(base, 1)
			dma_map(0, base)
			unmap(base, 1)
			time += 1500
			event("io_page_fault", "IOMMU:pci " device(0) " iova=" hex(base) " flags=0x0001")
		}
	} else if (kind == "detaches") {
		for (i = 0; i < n; i++)
			map(base + 2 * i, 1)
		for (i = 0; i < n; i++) {
			event("attach_device_to_domain", "IOMMU: device=0001:00:00.0")
			map(base + 4 * n + 2 * i, 1)
			dma_map(4096, base + 4 * n + 2 * i)
		}
	} else if (kind == "crafted" || kind == "memory") {
		# Multiples of the inverse of 0x9e3779b97f4a7c15 modulo 2^52: its products are
		# small, so that bits 32 to 51 are 0.  In two halves, as numbers are exact up
		# to 2^53 only.
		inverse_high = 60880998
		inverse_low = 20411197
		for (pass = 0; pass < 2; pass++) {
			low = high = 0
			for (i = 0; i < n; i++) {
				low += inverse_low
				high = (high + inverse_high + int(low / 67108864)) % 67108864
				low %= 67108864
				if (kind == "memory" && pass)
					unmap(base + 2 * i, 1)
				else if (kind == "memory")
					map_to(base + 2 * i, 1, high * 67108864 + low)
				else if (pass)
					unmap(high * 67108864 + low, 1)
				else
					map(high * 67108864 + low, 1)
			}
		}
	} else if (kind == "large") {
		for (i = 0; i < n; i++)
			map(4194304 * (i + 1), 4194304)
		for (i = 0; i < n; i++)
			unmap(4194304 * (i + 1), 4194304)
	} else if (kind == "holes") {
		for (i = 0; i < 2 * n; i++)
			map(base + 2 * i, 1)
		for (i = 0; i < n; i++)
			unmap(base + 4 * i, 1)
		for (i = 0; i < n; i++)
			map(base + 8 * n + 3 * i, 2)
	} else if (kind == "full") {
		taken = int(n * 5 / 8) - 16
		for (i = 0; i < taken; i++)
			map(base + 2 * i, 1)
		for (i = 0; i < taken; i += 2)
			unmap(base + 2 * i, 1)
		for (i = 0; i < n; i++) {
			map(base + 3 * n, 2)
			unmap(base + 3 * n, 2)
		}
	} else if (kind == "cpus") {
		for (i = 0; i < n; i++)
			map(base + 2 * i, 1, i % 8000)
		for (i = 0; i < n; i++)
			unmap(base + 2 * i, 1, i % 8000)
	} else if (kind == "tasks") {
		for (k = 0; k < 4; k++)
			for (task = 1; task <= n; task++) {
				map(base + 2 * task, 1)
				flush(base + 2 * task)
				unmap(base + 2 * task, 1)
			}
	} else if (kind == "rpcits") {
		for (i = 0; i < n; i++) {
			map(base + i % 1000 * 2, 1)
			event("rpcit", "(zpci_refresh_trans+0x0/0x100) fn=0x1 addr=" \
			      hex(base + i % 1000 * 2) " range=0x1000")
			unmap(base + i % 1000 * 2, 1)
			event("rpcit", "(zpci_refresh_trans+0x0/0x100) fn=0x1 addr=" \
			      hex(base + i % 1000 * 2) " range=0x1000")
		}
	} else {
		print "growing.awk: unknown kind " kind >"/dev/stderr"
		exit 2
	}
}
