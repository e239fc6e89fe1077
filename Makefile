# SPDX-License-Identifier: GPL-2.0-or-later
#
# make            the program and the library, in build/
# make check      build and run all tests       (check-asan: under ASan and UBSan)
# make bench      measure                       install, clean: as usual
# make accuracy   predicted and recorded figures of traces/, to traces/ACCURACY.md
# make fuzz       fuzz each target for SECONDS=60 (needs clang; see fuzz/README.md)
#
# CC, CFLAGS, LDFLAGS, PREFIX, DESTDIR and BUILD may be set.

VERSION := 0.1.0
BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
PKG_CONFIG ?= pkg-config

LIBS     := libtraceevent jansson zlib libzstd
CMD_LIBS := smartcols

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
CFLAGS ?= -O3 -g
SANITIZE ?=
BASE := -std=gnu11 $(WARN) -D_GNU_SOURCE -DIR_VERSION='"$(VERSION)"' -Ilib -Ilib/include \
	-pthread -fPIC $(SANITIZE)

pkg_cflags = $(shell $(PKG_CONFIG) --cflags $(1))
pkg_libs   = $(shell $(PKG_CONFIG) --libs $(1))

LIB_SRC  := $(sort $(wildcard lib/*.c lib/*/*.c))
CMD_SRC  := $(sort $(wildcard cmd/*.c))
TEST_SRC := $(sort $(wildcard tests/test_*.c))
TOOL_SRC := $(sort $(wildcard tests/tool_*.c))

LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
CMD_OBJ := $(CMD_SRC:%.c=$(BUILD)/%.o)
TESTS   := $(TEST_SRC:%.c=$(BUILD)/%)
TOOLS   := $(TOOL_SRC:%.c=$(BUILD)/%)
PROG    := $(BUILD)/iommu-replay
LIB     := $(BUILD)/libiommureplay.a
MAN     := $(sort $(wildcard man/*.[1-9]))

all: $(PROG) $(LIB)

# Changes when a file is added or taken away, so that the library is made anew.
$(BUILD)/lib.list: FORCE
	@mkdir -p $(@D)
	@echo '$(LIB_OBJ)' | cmp -s - $@ || echo '$(LIB_OBJ)' > $@

$(LIB): $(LIB_OBJ) $(BUILD)/lib.list
	@rm -f $@
	$(AR) rcs $@ $(LIB_OBJ)

$(PROG): $(CMD_OBJ) $(LIB)
	$(CC) $(CFLAGS) $(BASE) $(LDFLAGS) -o $@ $(CMD_OBJ) $(LIB) \
		$(call pkg_libs,$(LIBS) $(CMD_LIBS)) -pthread -lm

$(BUILD)/lib/%.o: lib/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(BASE) $(call pkg_cflags,$(LIBS)) -MMD -MP -c -o $@ $<

$(BUILD)/cmd/%.o: cmd/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(BASE) -Icmd $(call pkg_cflags,$(LIBS) $(CMD_LIBS)) -MMD -MP -c -o $@ $<

# Tests see the library's inner headers, and cmocka.  The tools beside them use
# the independent reader, libtracecmd.
$(BUILD)/tests/test_%: tests/test_%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(BASE) -Itests $(call pkg_cflags,$(LIBS) cmocka) -MMD -MP $(LDFLAGS) -o $@ \
		$< $(LIB) $(call pkg_libs,$(LIBS) cmocka) -lm

$(BUILD)/tests/tool_tracecmd: TOOL_LIBS := libtracecmd
$(BUILD)/tests/tool_%: tests/tool_%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(BASE) -Itests $(call pkg_cflags,$(LIBS) $(TOOL_LIBS)) -MMD -MP $(LDFLAGS) -o $@ \
		$< $(LIB) $(call pkg_libs,$(LIBS) $(TOOL_LIBS)) -lm

check: $(PROG) $(TESTS) $(TOOLS)
	BUILD=$(BUILD) tests/run

check-asan:
	ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
	$(MAKE) BUILD=$(BUILD)-asan CFLAGS="-O1 -g -fno-omit-frame-pointer" \
		SANITIZE="-fsanitize=address,undefined -fno-sanitize-recover=all" check

# The writer of large recordings, the yardsticks, and the stop watch.
BENCH := $(addprefix $(BUILD)/bench/,grow decode tracecmd_iter measure)

$(BUILD)/bench/grow: $(wildcard bench/grow*.[ch] bench/source.[ch])
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(BASE) $(call pkg_cflags,libtraceevent libzstd) $(LDFLAGS) -o $@ \
		$(filter %.c,$^) $(call pkg_libs,libtraceevent libzstd)

$(BUILD)/bench/tracecmd_iter: BENCH_LIBS := libtracecmd
$(BUILD)/bench/%: bench/%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(BASE) $(call pkg_cflags,$(LIBS) $(BENCH_LIBS)) $(LDFLAGS) -o $@ \
		$< $(LIB) $(call pkg_libs,$(LIBS) $(BENCH_LIBS)) -lm

accuracy: $(PROG)
	scripts/accuracy $(PROG)

bench: $(PROG) $(BENCH)
	BUILD=$(BUILD) bench/run $(BENCH_ARGS)

# The tests run what the fuzzers start from and what they found, once, without
# libFuzzer.
FUZZ_SRC  := $(sort $(wildcard fuzz/fuzz_*.c))
FUZZERS   := $(FUZZ_SRC:%.c=$(BUILD)/%)
FUZZ_MAIN ?= fuzz/replay_main.c
SECONDS   ?= 60

$(BUILD)/fuzz/fuzz_%: fuzz/fuzz_%.c fuzz/fuzz.c fuzz/fuzz.h $(FUZZ_MAIN) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(BASE) $(call pkg_cflags,$(LIBS)) $(LDFLAGS) -o $@ \
		$< fuzz/fuzz.c $(FUZZ_MAIN) $(LIB) $(call pkg_libs,$(LIBS)) -lm

fuzzers: $(FUZZERS)

check: $(FUZZERS)

FUZZ_WRAP := $(foreach f,malloc calloc realloc free LLVMFuzzerTestOneInput,-Wl,--wrap=$(f))

fuzz:
	$(MAKE) BUILD=$(BUILD)/libfuzzer CC=clang CFLAGS="-O1 -g -fno-omit-frame-pointer" \
		SANITIZE="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all \
			-fsanitize-coverage-ignorelist=$(CURDIR)/fuzz/not-covered" \
		FUZZ_MAIN=fuzz/pool.c LDFLAGS="-fsanitize=fuzzer $(FUZZ_WRAP)" fuzzers
	fuzz/run $(BUILD)/libfuzzer/fuzz $(SECONDS) $(TARGETS)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib \
		$(DESTDIR)$(PREFIX)/include/iommu-replay $(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/man/man5 $(DESTDIR)$(PREFIX)/share/man/man7
	install -m 755 $(PROG) $(DESTDIR)$(PREFIX)/bin/
	install -m 644 $(LIB) $(DESTDIR)$(PREFIX)/lib/
	install -m 644 lib/include/iommu-replay/*.h $(DESTDIR)$(PREFIX)/include/iommu-replay/
	install -d $(DESTDIR)$(PREFIX)/share/iommu-replay/events
	install -m 644 scripts/events/*.json $(DESTDIR)$(PREFIX)/share/iommu-replay/events/
	for page in $(MAN); do \
		install -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/; done

clean:
	rm -rf $(BUILD) $(BUILD)-asan

.PHONY: FORCE all accuracy check check-asan bench fuzz fuzzers install clean
.SECONDARY:

-include $(LIB_OBJ:.o=.d) $(CMD_OBJ:.o=.d) $(TESTS:=.d) $(TOOLS:=.d)
