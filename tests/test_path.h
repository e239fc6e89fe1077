/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of a test's own: set-up makes it, empty, and tear-down removes it. */
#ifndef TEST_PATH_H
#define TEST_PATH_H

#include <stdlib.h>
#include <unistd.h>

static char path[] = "/tmp/iommu-replay-test.XXXXXX";

static int make_path(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_path(void **state)
{
	(void)state;
	return unlink(path);
}

#endif
