# SPDX-License-Identifier: GPL-2.0-or-later
#
# make            the program and the library, in build/
# make check      build and run all tests       (check-asan: under ASan and UBSan)
# make check-tsan build, and look for data races of threads
# make check-batch  batches that are killed, with the recordings of RECORDINGS=
# make bench      measure                       install, uninstall, clean: as usual
# make deb        Debian packages, in build/deb/ (needs debhelper)
# make check-kernel  record live kernels in emulated machines, verify (SHORT=1: one of them)
# make accuracy   predicted and recorded figures of traces/, to traces/ACCURACY.md
# make faults     fail each allocation and system call of every command in turn
# make mutants    change a line of the sources, expect a test to fail: each of tests/mutants/
# make coverage   lines and branches that the tests run, to tests/COVERAGE.md
# make mutate     cut small recordings at each byte, change 10,000 bits of each
# make fuzz       fuzz each target for SECONDS=60 (needs clang; see fuzz/README.md)
#
# CC, CFLAGS, LTO, LDFLAGS, PREFIX, DESTDIR and BUILD may be set.

VERSION := 0.2.0
BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
PKG_CONFIG ?= pkg-config
OBJCOPY ?= objcopy

LIBS     := libtraceevent jansson zlib libzstd libelf
# SHA-256 is libnettle's, which is several times as fast, or else libmd's.
NETTLE   := $(shell $(PKG_CONFIG) --exists nettle && echo nettle)
LIBS     += $(or $(NETTLE),libmd)
# xz is read where liblzma is there.
LZMA     := $(shell $(PKG_CONFIG) --exists liblzma && echo liblzma)
LIBS     += $(LZMA)
CMD_LIBS := smartcols

# A line for each file that is made; V=1 prints the whole commands.
short := $(if $(V)$(findstring s,$(filter-out --%,$(firstword -$(MAKEFLAGS)))),,short)
Q     := $(if $(V),,@)
say    = $(if $(short),@echo '  $(1)	$(2)')

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
CFLAGS ?= -O3 -g
SANITIZE ?=
# Products and sums are rounded one by one: where a machine has an instruction for both
# at once, as s390x does, figures would differ in their last digit.
BASE := -std=gnu11 -ffp-contract=off $(WARN) -D_GNU_SOURCE -DIR_VERSION='"$(VERSION)"' $(if $(LZMA),-DIR_HAVE_LZMA) \
	$(if $(NETTLE),-DIR_HAVE_NETTLE) -Ilib -Ilib/include \
	-pthread -fPIC -fno-semantic-interposition -fno-lto $(SANITIZE)
# gcc optimises the program as a whole, which takes a twelfth off its time.  Its objects are also
# plain ones, of which all else is made.  To do without, and be sooner done: LTO=
# An -flto of CFLAGS does not count: objects that are not plain ones, too, make no library.
ifeq ($(origin LTO)$(SANITIZE),undefined)
LTO := $(if $(findstring Free Software,$(shell $(CC) --version)),-flto=auto -ffat-lto-objects)
endif
WHOLE := $(if $(LTO),$(filter-out -fno-lto,$(BASE)) $(LTO),$(BASE))

# pkg-config is asked once for each set of libraries, and only if the set is used.
ask = $(if $(filter undefined,$(origin $(1)_$(2))),$(eval $(1)_$(2) := $(shell $(PKG_CONFIG) --$(1) $(3))))$($(1)_$(2))
none :=
space := $(none) $(none)
pkg_cflags = $(call ask,cflags,$(subst $(space),_,$(strip $(1))),$(1))
pkg_libs   = $(call ask,libs,$(subst $(space),_,$(strip $(1))),$(1))

# All files below directory $(1) whose names match pattern $(2).
below = $(sort $(foreach f,$(wildcard $(1)/*),$(call below,$(f),$(2)) $(filter $(2),$(f))))

LIB_SRC  := $(call below,lib,%.c)
CMD_SRC  := $(call below,cmd,%.c)
TEST_SRC := $(foreach f,$(call below,tests,%.c),$(if $(filter test_%,$(notdir $(f))),$(f)))
TOOL_SRC := $(wildcard tests/tools/tool_*.c)

LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
CMD_OBJ := $(CMD_SRC:%.c=$(BUILD)/%.o) $(BUILD)/cmd/page/assets.o
TESTS   := $(addprefix $(BUILD)/tests/,$(notdir $(TEST_SRC:.c=)))
TOOLS   := $(addprefix $(BUILD)/tests/,$(notdir $(TOOL_SRC:.c=)))
PROG    := $(BUILD)/iommu-replay
LIB     := $(BUILD)/libiommureplay.a
MAN     := $(sort $(wildcard man/*.[1-9]))

# The library's exports follow from the public headers.
HEADERS := $(wildcard lib/include/iommu-replay/*.h)
SONAME  := libiommureplay.so.0
SHARED  := $(BUILD)/public/libiommureplay.so.$(VERSION)
STATIC  := $(BUILD)/public/libiommureplay.a
EXAMPLES := $(patsubst %/,%,$(wildcard examples/*/))

all: $(PROG) $(LIB) $(SHARED) $(STATIC) $(BUILD)/libiommureplay-uninstalled.pc \
	$(BUILD)/completion/iommu-replay $(BUILD)/completion/_iommu-replay

# Changes when a file is added or taken away, so that the library is made anew.
$(BUILD)/lib.list: FORCE
	@mkdir -p $(@D)
	@echo '$(LIB_OBJ)' | cmp -s - $@ || echo '$(LIB_OBJ)' > $@

$(LIB): $(LIB_OBJ) $(BUILD)/lib.list
	$(call say,AR,$@)
	@rm -f $@
	$(Q)$(AR) rcs $@ $(LIB_OBJ)

$(BUILD)/public/symbols: $(LIB_OBJ) $(HEADERS) scripts/public-symbols $(BUILD)/lib.list
	@mkdir -p $(@D)
	$(Q)CC='$(CC)' scripts/public-symbols lib/include $(LIB_OBJ) > $@.new
	@mv $@.new $@

$(BUILD)/public/exports: $(BUILD)/public/symbols
	$(Q){ echo '{'; sed 's/$$/;/' $<; echo '};'; } > $@

$(BUILD)/public/version: $(BUILD)/public/symbols
	$(Q){ echo '{ global:'; sed 's/$$/;/' $<; echo 'local: *; };'; } > $@

$(SHARED): $(LIB_OBJ) $(BUILD)/public/version
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(BASE) $(LDFLAGS) -shared -Wl,-soname,$(SONAME) \
		-Wl,--version-script=$(BUILD)/public/version $(if $(SANITIZE),,-Wl,-z,defs) \
		-o $@ $(LIB_OBJ) $(call pkg_libs,$(LIBS)) -pthread -lm -ldl
	$(Q)ln -sf $(notdir $@) $(@D)/$(SONAME)
	$(Q)ln -sf $(SONAME) $(@D)/libiommureplay.so

# One object, in which all but the public symbols are local.
$(STATIC): $(LIB_OBJ) $(BUILD)/public/symbols
	$(call say,AR,$@)
	$(Q)$(CC) -fno-lto -nostdlib -r -o $(BUILD)/public/iommureplay.o $(LIB_OBJ)
	$(Q)$(OBJCOPY) --keep-global-symbols=$(BUILD)/public/symbols --remove-section='.gnu.lto_*' \
		$(BUILD)/public/iommureplay.o
	@rm -f $@
	$(Q)$(AR) rcs $@ $(BUILD)/public/iommureplay.o

# For those who compile plug-ins or programs against this tree: PKG_CONFIG_PATH=build.
$(BUILD)/libiommureplay-uninstalled.pc: lib/libiommureplay.pc.in Makefile
	@mkdir -p $(@D)
	$(Q)sed -e 's|@PREFIX@|$(CURDIR)|; s|@LIBDIR@|$${pcfiledir}/public|' \
		-e 's|@INCLUDEDIR@|$(CURDIR)/lib/include|; s|@VERSION@|$(VERSION)|; s|@LIBS@|$(strip $(call pkg_libs,$(LIBS)))|' \
		$< > $@

# From --help, which is made from the table of options.
$(BUILD)/completion/iommu-replay: scripts/completion $(PROG)
	@mkdir -p $(@D)
	$(Q)scripts/completion bash $(PROG) > $@.new
	@mv $@.new $@

$(BUILD)/completion/_iommu-replay: scripts/completion $(PROG)
	@mkdir -p $(@D)
	$(Q)scripts/completion zsh $(PROG) > $@.new
	@mv $@.new $@

# Plug-ins call the library in the program: all of it is there, and its public symbols are exported.
$(PROG): $(CMD_OBJ) $(LIB) $(BUILD)/public/exports
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(WHOLE) $(LDFLAGS) -o $@ $(CMD_OBJ) \
		-Wl,--whole-archive $(LIB) -Wl,--no-whole-archive \
		-Wl,--dynamic-list=$(BUILD)/public/exports \
		-Wl,--export-dynamic-symbol=_exit -Wl,--export-dynamic-symbol=_Exit $(KEEP_COUNTS) \
		$(call pkg_libs,$(LIBS) $(CMD_LIBS)) -pthread -lm -ldl

$(BUILD)/lib/%.o: lib/%.c Makefile
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(WHOLE) $(call pkg_cflags,$(LIBS)) -MMD -MP -c -o $@ $<

$(BUILD)/cmd/%.o: cmd/%.c Makefile
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(WHOLE) -Icmd $(call pkg_cflags,$(LIBS) $(CMD_LIBS)) -MMD -MP -c -o $@ $<

# Files that the program carries: texts, in the order of cmd/page/assets.h.
ASSETS := page_css=cmd/page/page.css page_js=cmd/page/page.js
ASSET_FILES := $(foreach a,$(ASSETS),$(lastword $(subst =, ,$(a))))

$(BUILD)/cmd/page/assets.c: $(ASSET_FILES) Makefile
	@mkdir -p $(@D)
	@{ echo '#include "page/assets.h"'; for asset in $(ASSETS); do \
		echo "const unsigned char asset_$${asset%%=*}[] = {"; \
		od -An -v -tx1 "$${asset#*=}" | sed 's/ \(..\)/0x\1,/g'; echo '0 };'; done; } > $@.new
	@mv $@.new $@

$(BUILD)/cmd/page/assets.o: $(BUILD)/cmd/page/assets.c
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(BASE) -Icmd -MMD -MP -c -o $@ $<

# Tests see the library's inner headers, and cmocka.  The tools beside them use
# the independent reader, libtracecmd.
vpath test_%.c $(sort $(dir $(TEST_SRC)))

NO_MEMORY := malloc calloc realloc reallocarray strdup strndup open_memstream
$(BUILD)/tests/test_no_memory $(BUILD)/tests/test_symbols_no_memory: TEST_LINK := $(NO_MEMORY:%=-Wl,--wrap=%)

# Tests of cmd/ are linked with what commands share.
CMD_BASE  := $(filter $(BUILD)/cmd/base/%,$(CMD_OBJ))
CMD_TESTS := $(patsubst tests/cmd/%.c,$(BUILD)/tests/%,$(filter tests/cmd/%,$(TEST_SRC)))
$(CMD_TESTS): $(CMD_BASE)
$(CMD_TESTS): CMD_TEST := -Icmd $(CMD_BASE)

$(BUILD)/tests/test_%: test_%.c $(LIB)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(BASE) -Itests $(call pkg_cflags,$(LIBS) cmocka) -MMD -MP $(LDFLAGS) -o $@ \
		$< $(CMD_TEST) $(LIB) $(TEST_LINK) $(call pkg_libs,$(LIBS) cmocka) -lm

$(BUILD)/tests/tool_tracecmd: TOOL_LIBS := libtracecmd
$(BUILD)/tests/tool_%: tests/tools/tool_%.c $(LIB)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(BASE) -Itests $(call pkg_cflags,$(LIBS) $(TOOL_LIBS)) -MMD -MP $(LDFLAGS) -o $@ \
		$< $(LIB) $(call pkg_libs,$(LIBS) $(TOOL_LIBS)) -lm

check: all $(TESTS) $(TOOLS)
	BUILD=$(BUILD) tests/run

# Batches of 20 recordings, 8 strategies and 3 hypervisors that are killed 20 times,
# on their own and through Slurm; RECORDINGS is where they are.
RECORDINGS ?= ../shared/recordings/s390x

check-batch: $(PROG)
	tests/batch_long $(PROG) $(RECORDINGS)

# Preloaded, it fails an allocation.
$(BUILD)/tests/fault_alloc.so: tests/tools/fault_alloc.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -O1 -g $(WARN) -D_GNU_SOURCE -fPIC -shared -o $@ $<

check: $(BUILD)/tests/fault_alloc.so

faults: $(PROG) $(BUILD)/tests/fault_alloc.so
	tests/faults.py $(BUILD)

mutate: $(PROG) $(BUILD)/tests/tool_mutate
	BUILD=$(BUILD) CUTS=all BITS=10000 sh tests/damage.sh

# One-line changes of tests/mutants/, each of which a test must notice.  LISTS= names some of the lists.
MUTANTS := $(BUILD)/mutants

# The fast path of the assembler is compared with the general one in such builds.
MUTANT_FLAGS := -O1 -DIR_DEBUG
mutants: export COMPILE = $(CC) $(MUTANT_FLAGS) $(BASE) -Itests $(call pkg_cflags,$(LIBS) cmocka)
mutants: export COMPILE_CMD = $(CC) $(MUTANT_FLAGS) $(BASE) -Icmd $(call pkg_cflags,$(LIBS) $(CMD_LIBS))
mutants: export LINK = $(CC) -pthread -o @OUT@ @OBJECTS@ $(call pkg_libs,$(LIBS) cmocka) -lm
mutants: export LINK_PROGRAM = $(CC) -pthread -o @OUT@ @OBJECTS@ -Wl,--dynamic-list=$(MUTANTS)/public/exports \
	$(call pkg_libs,$(LIBS) $(CMD_LIBS)) -lm -ldl
mutants:
	$(MAKE) BUILD=$(MUTANTS) LTO= CFLAGS="$(MUTANT_FLAGS)" all tools
	@tests/mutants.py $(MUTANTS) $(LISTS)

tests: $(TESTS) $(TOOLS)

tools: $(TOOLS)

# Writes the lines and branches that the tests run to tests/COVERAGE.md.  Where the counters cannot be
# written, after a SIGKILL or on a full disk, they are missing; tests that fail are not looked at:
# where the allocation that fails is gcov's own, the program crashes.
# Left out are scripts that test other programs and texts, or count instructions.
COVERAGE := $(BUILD)/coverage
COVERAGE_SKIP := install contributing slurm text_tools byteorder layers html promises

ifneq ($(filter --coverage,$(SANITIZE)),)
$(PROG): $(BUILD)/tests/keep_counts.o
$(PROG): KEEP_COUNTS := $(BUILD)/tests/keep_counts.o -Wl,--wrap=syscall -Wl,--wrap=raise
$(BUILD)/tests/keep_counts.o: tests/tools/keep_counts.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(WARN) -D_GNU_SOURCE -c -o $@ $<
endif

coverage:
	$(MAKE) BUILD=$(COVERAGE) LTO= CFLAGS="-O0 -g" SANITIZE="--coverage" \
		all tests fuzzers $(COVERAGE)/tests/fault_alloc.so
	find $(COVERAGE) -name '*.gcda' -delete
	-BUILD=$(COVERAGE) SKIP="$(COVERAGE_SKIP)" LIMIT=3600 GCOV_ERROR_FILE=/dev/null tests/run
	-GCOV_ERROR_FILE=/dev/null tests/faults.py -k allocations -l 100 $(COVERAGE) >/dev/null
	tests/coverage.py $(COVERAGE) tests/COVERAGE.md

# Without the scripts that test other programs and texts (browsers, packages, manuals), count
# instructions, or do more of what another one does (sweep_small, batch_small, report), and with FEWER
# repetitions: CI has 25 minutes.
ASAN_SKIP := html install contributing slurm text_tools byteorder layers man promises sweep batch report_words

check-asan:
	SKIP="$(ASAN_SKIP)" FEWER=y \
	ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
	$(MAKE) BUILD=$(BUILD)-asan CFLAGS="-O1 -g -fno-omit-frame-pointer -DIR_DEBUG" \
		SANITIZE="-fsanitize=address,undefined -fno-sanitize-recover=all" check

# Data races: the replays on several threads, and what they share.
check-tsan:
	$(MAKE) BUILD=$(BUILD)-tsan CFLAGS="-O1 -g" SANITIZE="-fsanitize=thread" $(BUILD)-tsan/iommu-replay
	BUILD=$(BUILD)-tsan sh tests/threads.sh > $(BUILD)-tsan/threads.log; cat $(BUILD)-tsan/threads.log
	@! grep '^not ok' $(BUILD)-tsan/threads.log

check-kernel: $(PROG)
	BUILD=$(BUILD) scripts/lab/check $(if $(SHORT),--short)

# The writer of large recordings, the yardsticks, and the stop watch.
BENCH := $(addprefix $(BUILD)/bench/,grow decode floor tracecmd_iter measure)

$(BUILD)/bench/grow: $(wildcard bench/grow*.[ch] bench/source.[ch])
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(BASE) $(call pkg_cflags,libtraceevent libzstd) $(LDFLAGS) -o $@ \
		$(filter %.c,$^) $(call pkg_libs,libtraceevent libzstd)

$(BUILD)/bench/tracecmd_iter: BENCH_LIBS := libtracecmd
$(BUILD)/bench/%: bench/%.c $(LIB)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(WHOLE) $(call pkg_cflags,$(LIBS) $(BENCH_LIBS)) $(LDFLAGS) -o $@ \
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

# The pipeline's events come from the target itself.
$(BUILD)/fuzz/fuzz_pipeline: FUZZ_LINK := -Wl,--wrap=ir_reader_open_with
$(BUILD)/fuzz/fuzz_%: fuzz/fuzz_%.c fuzz/fuzz.c fuzz/replays.c fuzz/fuzz.h fuzz/replays.h $(FUZZ_MAIN) $(LIB)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(BASE) $(call pkg_cflags,$(LIBS)) $(LDFLAGS) $(FUZZ_LINK) -o $@ \
		$< fuzz/fuzz.c fuzz/replays.c $(FUZZ_MAIN) $(LIB) $(call pkg_libs,$(LIBS)) -lm

fuzzers: $(FUZZERS)

check: $(FUZZERS)

FUZZ_WRAP := $(foreach f,malloc calloc realloc aligned_alloc free LLVMFuzzerTestOneInput,-Wl,--wrap=$(f))

fuzz:
	$(MAKE) BUILD=$(BUILD)/libfuzzer CC=clang \
		CFLAGS="-O1 -g -fno-omit-frame-pointer -DTEXT_WINDOW=128u -DTEXT_MAX_NAMES=64u" \
		SANITIZE="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all \
			-fno-sanitize-coverage=trace-cmp \
			-fsanitize-coverage-ignorelist=$(CURDIR)/fuzz/not-covered" \
		FUZZ_MAIN=fuzz/pool.c LDFLAGS="-fsanitize=fuzzer $(FUZZ_WRAP)" fuzzers
	fuzz/run $(BUILD)/libfuzzer/fuzz $(SECONDS) $(TARGETS)

# Every directory may be given by itself.  uninstall takes away what install with the same ones
# puts there, and the directories that are this project's alone; below DESTDIR all that are empty.
BINDIR     ?= $(PREFIX)/bin
LIBDIR     ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DATADIR    ?= $(PREFIX)/share
MANDIR     ?= $(DATADIR)/man
BASHDIR    ?= $(DATADIR)/bash-completion/completions
ZSHDIR     ?= $(DATADIR)/zsh/site-functions
DOCDIR     ?= $(DATADIR)/doc/iommu-replay
INSTALL    ?= install
PUT        := $(INSTALL) -m 644 -D -t $(DESTDIR)

install: all
	$(INSTALL) -m 755 -D -t $(DESTDIR)$(BINDIR) $(PROG) scripts/record-dma
	$(PUT)$(LIBDIR) $(SHARED) $(STATIC)
	ln -sf $(notdir $(SHARED)) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libiommureplay.so
	$(INSTALL) -d $(DESTDIR)$(LIBDIR)/pkgconfig
	sed -e 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@INCLUDEDIR@|$(INCLUDEDIR)|' \
		-e 's|@VERSION@|$(VERSION)|; s|@LIBS@|$(strip $(call pkg_libs,$(LIBS)))|' \
		lib/libiommureplay.pc.in > $(DESTDIR)$(LIBDIR)/pkgconfig/libiommureplay.pc
	chmod 644 $(DESTDIR)$(LIBDIR)/pkgconfig/libiommureplay.pc
	$(PUT)$(INCLUDEDIR)/iommu-replay $(HEADERS)
	$(foreach s,1 5 7,$(PUT)$(MANDIR)/man$(s) $(filter %.$(s),$(MAN)) &&) :
	ln -sf ../man7/iommu-replay-recording.7 $(DESTDIR)$(MANDIR)/man1/record-dma.1
	$(PUT)$(BASHDIR) $(BUILD)/completion/iommu-replay
	$(PUT)$(ZSHDIR) $(BUILD)/completion/_iommu-replay
	$(PUT)$(DATADIR)/iommu-replay/traces $(wildcard traces/*.dat traces/*.data traces/*.kallsyms) \
		traces/manifest.json traces/baseline.json traces/README.md
	$(PUT)$(DATADIR)/iommu-replay/traces/throughput $(wildcard traces/throughput/*)
	$(PUT)$(DATADIR)/iommu-replay/events $(wildcard scripts/events/*.json)
	$(PUT)$(DATADIR)/iommu-replay/examples examples/batch.json
	$(INSTALL) -m 755 -D -t $(DESTDIR)$(DATADIR)/iommu-replay scripts/batch-slurm
	$(PUT)$(DOCDIR) README.md
	$(PUT)$(DOCDIR)/examples examples/strategies.svg
	$(foreach d,$(EXAMPLES),$(PUT)$(DOCDIR)/$(d) $(wildcard $(d)/*.c $(d)/*.sh $(d)/Makefile) &&) :
	chmod 755 $(DESTDIR)$(DOCDIR)/examples/*/*.sh

uninstall:
	tmp=$$(mktemp -d) && trap 'rm -rf "$$tmp"' EXIT && \
	$(MAKE) -s install DESTDIR="$$tmp" && cd "$$tmp" && \
	find . ! -type d -exec sh -c 'for f; do rm -f "$(DESTDIR)/$$f"; done' sh {} + && \
	find . -mindepth 1 -depth -path '$(if $(DESTDIR),*,*/iommu-replay*)' -type d | \
		while read -r dir; do \
			rmdir --ignore-fail-on-non-empty "$(DESTDIR)/$$dir"; done

# Debian packages, in BUILD/deb, made from a copy of the sources.
deb:
	rm -rf $(BUILD)/deb
	mkdir -p $(BUILD)/deb/iommu-replay-$(VERSION)
	tar -c --exclude=./.git --exclude='./build*' --exclude=./$(BUILD) . | \
		tar -x -C $(BUILD)/deb/iommu-replay-$(VERSION)
	cd $(BUILD)/deb/iommu-replay-$(VERSION) && \
		env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u BUILD -u DESTDIR -u PREFIX \
		dpkg-buildpackage -us -uc -b $(DEB_ARGS)
	rm -rf $(BUILD)/deb/iommu-replay-$(VERSION)

clean:
	rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-tsan

.PHONY: FORCE all accuracy tests tools mutants coverage check check-asan check-tsan check-kernel check-batch bench deb faults mutate fuzz fuzzers install uninstall clean
.SECONDARY:

-include $(LIB_OBJ:.o=.d) $(CMD_OBJ:.o=.d) $(TESTS:=.d) $(TOOLS:=.d)
