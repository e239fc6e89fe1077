// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * poke DEVICE read|write ADDRESS: makes QEMU's edu device read or write 4 bytes at a DMA address.
 *
 * Registers: docs/specs/edu.rst of QEMU 10.0.  Exit status 1: no such device.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DMA_SOURCE	0x80
#define DMA_TARGET	0x88
#define DMA_COUNT	0x90
#define DMA_COMMAND	0x98
#define DMA_START	1
#define DMA_FROM_DEVICE	2
#define DEVICE_BUFFER	0x40000
#define COMMAND_OFFSET	4	/* of the configuration space */
#define COMMAND_ENABLE	6	/* memory space, bus master */

static int open_file(const char *device, const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", device, name);
	fd = open(path, O_RDWR | O_SYNC);
	if (fd < 0) {
		perror(path);
		exit(1);
	}
	return fd;
}

static void set(volatile uint8_t *bar, unsigned int offset, uint64_t value)
{
	*(volatile uint64_t *)(bar + offset) = value;
}

int main(int argc, char **argv)
{
	uint16_t command = COMMAND_ENABLE;
	volatile uint8_t *bar;
	uint64_t address;
	int writes, fd;

	if (argc != 4) {
		fprintf(stderr, "usage: poke DEVICE read|write ADDRESS\n");
		return 2;
	}
	writes = !strcmp(argv[2], "write");
	address = strtoull(argv[3], NULL, 0);
	fd = open_file(argv[1], "config");
	if (pwrite(fd, &command, sizeof(command), COMMAND_OFFSET) != sizeof(command)) {
		perror("config");
		return 1;
	}
	bar = mmap(NULL, 0x1000, PROT_READ | PROT_WRITE, MAP_SHARED, open_file(argv[1], "resource0"), 0);
	if (bar == MAP_FAILED) {
		perror("resource0");
		return 1;
	}
	set(bar, DMA_SOURCE, writes ? DEVICE_BUFFER : address);
	set(bar, DMA_TARGET, writes ? address : DEVICE_BUFFER);
	set(bar, DMA_COUNT, 4);
	set(bar, DMA_COMMAND, DMA_START | (writes ? DMA_FROM_DEVICE : 0));
	for (int i = 0; i < 1000 && *(volatile uint64_t *)(bar + DMA_COMMAND) & DMA_START; i++)
		usleep(1000);
	return 0;
}
