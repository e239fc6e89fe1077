// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a target over files, once each, without libFuzzer:
 *
 *	fuzz_NAME FILE-OR-DIRECTORY...
 *
 * A directory stands for the files in it.  Each file is named before it is run,
 * so the last name belongs to what went wrong.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "fuzz.h"

static int failed(const char *path)
{
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return 1;
}

static int run_file(const char *path, size_t size)
{
	uint8_t *data = malloc(size ? size : 1);
	FILE *in = fopen(path, "rb");

	if (!in || !data || fread(data, 1, size, in) != size) {
		free(data);
		if (in)
			fclose(in);
		return failed(path);
	}
	fclose(in);
	printf("%s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 0;
}

static int run(const char *path);

/* In the order of their names, so that two runs are the same. */
static int run_directory(const char *path)
{
	struct dirent **list;
	int nr = scandir(path, &list, NULL, alphasort), rc = 0;
	char *full;

	if (nr < 0)
		return failed(path);
	for (int i = 0; i < nr; i++) {
		if (list[i]->d_name[0] != '.' &&
		    asprintf(&full, "%s/%s", path, list[i]->d_name) > 0) {
			rc |= run(full);
			free(full);
		}
		free(list[i]);
	}
	free(list);
	return rc;
}

static int run(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return failed(path);
	if (S_ISDIR(st.st_mode))
		return run_directory(path);
	return run_file(path, (size_t)st.st_size);
}

int main(int argc, char **argv)
{
	int rc = argc < 2;

	for (int i = 1; i < argc; i++)
		rc |= run(argv[i]);
	return rc;
}
