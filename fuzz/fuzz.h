/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by all fuzz targets.  A target is a file fuzz_NAME.c with
 * LLVMFuzzerTestOneInput(); `make fuzz` links it with libFuzzer, and the tests
 * link it with replay_main.c, which runs the inputs of a directory once.
 *
 * A target aborts where a promise of the library is broken, so that this is a
 * finding like a bad access.  See README.md.
 *
 * To add one: a file fuzz_NAME.c, a line in README.md, inputs in
 * corpus/NAME/ or, if another target's will do, a line in corpus_of() of run.
 */
#ifndef IR_FUZZ_H
#define IR_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "input/open.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/**
 * fuzz_file - a file with this content
 *
 * Returns its path.  It is the same file each time, so it holds the content of
 * the last call only.
 */
const char *fuzz_file(const uint8_t *data, size_t size);
/** fuzz_check - say what is wrong and abort unless @good */
void fuzz_check(bool good, const char *what);
/** fuzz_check_error - a failed call must have left a message of one line */
void fuzz_check_error(const struct ir_error *err);
/**
 * fuzz_read - read all events with one reader, whatever the others would bid
 *
 * Checks what reader.h promises: events in time order, device numbers that are
 * known, and for each failure a message.
 */
void fuzz_read(const struct ir_reader_ops *ops, const uint8_t *data, size_t size);

#endif
