// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/fingerprint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int hash_fd(int fd, char digest[FINGERPRINT_SIZE])
{
	uint8_t buffer[1 << 15];
	ir_sha256 hash;
	ssize_t n;

	ir_sha256_init(&hash);
	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		ir_sha256_add(&hash, buffer, (size_t)n);
	ir_sha256_end(&hash, digest);
	return n < 0 ? -errno : 0;
}

int fingerprint_file(const char *path, char digest[FINGERPRINT_SIZE], struct ir_error *err)
{
	/* A pipe would be empty when it is read again. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc;
	struct stat st;

	if (fd < 0)
		return ir_error_set(err, -errno, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st))
		rc = -errno;
	else
		rc = S_ISREG(st.st_mode) ? hash_fd(fd, digest) : -EINVAL;
	close(fd);
	if (rc)
		ir_error_set(err, rc, "%s: %s", path, rc == -EINVAL ? "not a regular file" : strerror(-rc));
	return rc;
}

void fingerprint_text(const char *text, size_t len, char digest[FINGERPRINT_SIZE])
{
	ir_sha256 hash;

	ir_sha256_init(&hash);
	ir_sha256_add(&hash, text, len);
	ir_sha256_end(&hash, digest);
}
