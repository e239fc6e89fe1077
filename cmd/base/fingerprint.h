/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fingerprints of files and texts: SHA-256 in 64 hexadecimal digits. */
#ifndef CMD_FINGERPRINT_H
#define CMD_FINGERPRINT_H

#include "base/sha256.h"

#include <iommu-replay/error.h>
#include <stddef.h>

#define FINGERPRINT_SIZE IR_SHA256_TEXT

/** fingerprint_file - of a file's content; 0 or a negative errno with @err set */
int fingerprint_file(const char *path, char digest[FINGERPRINT_SIZE], struct ir_error *err);
/** fingerprint_text - of a text */
void fingerprint_text(const char *text, size_t len, char digest[FINGERPRINT_SIZE]);

#endif
