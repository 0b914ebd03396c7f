# SPDX-License-Identifier: GPL-2.0
#
# build/KVER/egress.ko, one for each kernel asked for, and build/egressctl.

SHELL := /bin/bash
.DEFAULT_GOAL := all

newest = $(shell ls -d /lib/modules/$(1)*-amd64/build 2>/dev/null | cut -d/ -f4 | sort -V | tail -n 1)
K61  := $(call newest,6.1.)
K612 := $(call newest,6.12.)
KVER ?= $(if $(wildcard /lib/modules/$(shell uname -r)/build),$(shell uname -r),$(K61))
KDIR ?= /lib/modules/$(KVER)/build

# Debian packages: what building takes, and what the tests run.
DEPS_BUILD := build-essential bc bison flex libelf-dev libssl-dev pkg-config kmod xz-utils \
	linux-headers-amd64 linux-headers-6.12-amd64 libnl-genl-3-dev libsmartcols-dev libjson-c-dev
DEPS_TEST := linux-image-amd64 linux-image-6.12-amd64 linux-source-6.12 \
	qemu-system-x86 busybox-static iproute2 iputils-ping nftables iptables conntrack tcpdump \
	nginx-light vsftpd tinyproxy dnsmasq-base dante-server curl iperf3 socat jq python3 python3-yaml python3-jsonschema \
	dkms shellcheck sparse coccinelle ocaml ndisc6 arping procps

# The one place that says it: DKMS, the module and the tool have it from there.
VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)

KSRC := $(wildcard kmod/*.[ch] kmod/*/*.[ch] uapi/linux/*.h) Kbuild dkms.conf

.PHONY: all module kunit tool abuse uapi test test-debug mutants demo bench vm deps install uninstall clean help

all: module tool ## build the module for KVER and the tool (default)

module: build/$(KVER)/egress.ko ## build build/KVER/egress.ko

kdir = $(if $(filter $(KVER),$1),$(KDIR),/lib/modules/$1/build)

# The kernel's build system leaves its files beside the sources: build a copy.
build/%/egress.ko: $(KSRC)
	@[ -d "$(call kdir,$*)" ] || { echo "no headers of kernel $* in $(call kdir,$*): 'make help' tells which kernel is taken" >&2; exit 1; }
	@mkdir -p build/$*/src
	@rm -rf build/$*/src/kmod build/$*/src/uapi
	@cp -rp kmod uapi Kbuild dkms.conf build/$*/src/
	$(MAKE) -C $(call kdir,$*) M=$(CURDIR)/build/$*/src $(KFLAGS) modules
	@cp build/$*/src/egress.ko $@

# A module of another version, for tests/selftests/other_version.sh.
build/%/other/egress.ko: $(KSRC) tests/other_module
	@rm -rf build/$*/other
	@mkdir -p build/$*/other/src
	@cp -rp kmod uapi Kbuild dkms.conf build/$*/other/src/
	@tests/other_module build/$*/other/src
	$(MAKE) -C $(call kdir,$*) M=$(CURDIR)/build/$*/other/src $(KFLAGS) modules
	@cp build/$*/other/src/egress.ko $@

# For a kernel with KUnit, which stock ones lack.
kunit: build/$(KVER)/egress_kunit.ko

build/%/egress_kunit.ko: $(KSRC) $(wildcard tests/kunit/*)
	@rm -rf build/$*/kunit
	@mkdir -p build/$*/kunit/tests
	@cp -rp kmod uapi build/$*/kunit/
	@cp -rp tests/kunit build/$*/kunit/tests/
	$(MAKE) -C $(KDIR) M=$(CURDIR)/build/$*/kunit/tests/kunit $(KFLAGS) modules
	@cp build/$*/kunit/tests/kunit/egress_kunit.ko $@

TOOL_LIBS_NAMES := libnl-genl-3.0 smartcols json-c
TOOL_CFLAGS := -O2 -g -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Werror=implicit-function-declaration \
	-D_GNU_SOURCE '-DEGRESS_VERSION="$(VERSION)"' -Iuapi -Itools $(shell pkg-config --cflags $(TOOL_LIBS_NAMES) 2>/dev/null)
TOOL_LIBS = $(shell pkg-config --libs $(TOOL_LIBS_NAMES))
TOOL_HEADERS := $(wildcard tools/*/*.h) uapi/linux/egress.h dkms.conf Makefile

tool: build/egressctl ## build build/egressctl

build/tools/%.o: tools/%.c $(TOOL_HEADERS)
	@mkdir -p $(@D)
	$(CC) $(TOOL_CFLAGS) $(CFLAGS) -c -o $@ $<

objects = $(patsubst %.c,build/%.o,$(wildcard tools/$1/*.c))

build/libegress.a: $(call objects,libegress)
	@rm -f $@
	$(AR) rcs $@ $^

build/egressctl: $(call objects,egressctl) build/libegress.a
	$(CC) $(CFLAGS) -o $@ $^ $(LDFLAGS) $(TOOL_LIBS)

# What the tests in tests/abuse run.
abuse: build/netlink_fuzz build/flood

build/flood: bench/flood.c
	@mkdir -p build
	$(CC) -O2 -g -std=gnu11 -Wall -Wextra $(CFLAGS) -o $@ $< $(LDFLAGS)

build/fuzz/table.h: tests/abuse/fuzz/table.py uapi/egress.yaml
	@mkdir -p build/fuzz
	$< uapi/egress.yaml > $@

build/netlink_fuzz: $(wildcard tests/abuse/fuzz/*.[ch]) build/fuzz/table.h uapi/linux/egress.h
	$(CC) -O2 -g -std=gnu11 -Wall -Wextra -Wno-unused-parameter -D_GNU_SOURCE -Iuapi -Ibuild/fuzz $(CFLAGS) \
		-o $@ $(filter %.c,$^) $(LDFLAGS)

uapi: ## make linux/egress.h and the module's policies and operations of uapi/egress.yaml
	@rm -rf build/uapi
	@tests/uapi/generate build/uapi
	cp build/uapi/uapi/linux/egress.h uapi/linux/
	cp build/uapi/kmod/netlink/* kmod/netlink/

test: deps ## boot both stock kernels, run every selftest (T=PATTERN: those, LONG=1: long versions)
	@tests/run $(if $(LONG),--long) $(if $(T),'$(T)')

KLINES ?= 6.1 6.12

test-debug: deps ## KUnit, every selftest and what is meant to break it on debug kernels, built first (KLINES=6.1: of that line; T=PATTERN: those; EMULATED=1: on no User Mode Linux; KCSAN=1: data races)
	@tests/deps $(addprefix linux-source-,$(KLINES))
	@tests/debug/run $(if $(KCSAN),--kcsan) $(if $(EMULATED),--pc) $(if $(T),--only '$(T)') $(KLINES)

mutants: deps ## put small faults into copies of the sources, and see the tests notice them (T=PATTERN: those)
	@tests/mutants/run $(if $(T),'$(T)')

demo: deps ## the main job on real traffic, step by step, under QEMU (HOST=1: in namespaces of this machine)
	@demo/run $(if $(HOST),--host)

bench: deps ## what a packet costs, beside nft and iptables: the table and the picture in bench/results/
	@tests/deps gnuplot-nox
	@$(MAKE) --no-print-directory KVER=$(K61) module tool build/flood
	@bench/run $(K61)

vm: deps module tool ## a shell in kernel KVER under QEMU, the module loaded and egressctl there
	@tests/vm/run --shell $(KVER)

deps: ## install the Debian packages that building and testing need
	@tests/deps $(DEPS_BUILD) $(DEPS_TEST)

install: tool ## DKMS add, build and install for the running kernel; egressctl to /usr/sbin
	@DESTDIR=$(DESTDIR) tools/dkms install $(VERSION) $(if $(filter command line,$(origin KVER)),$(KVER),$(shell uname -r))
	install -D -m 755 build/egressctl $(DESTDIR)/usr/sbin/egressctl

uninstall: ## take away all that install did
	@DESTDIR=$(DESTDIR) tools/dkms uninstall
	rm -f $(DESTDIR)/usr/sbin/egressctl

clean: ## remove build/
	rm -rf build

help: ## this list
	@sed -n 's/^\([a-z-]*\):.* ## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22
	@echo; echo "  KVER=... says for which kernel of /lib/modules; unless given, it is $(KVER)"
