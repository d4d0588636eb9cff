#!/bin/sh
# Builds the ELF files of this folder again, bit for bit with gcc 12.2 and binutils 2.40 (Debian 12); other versions
# give the same sites at other addresses. Usage: ./build.sh [DIRECTORY], default: here.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$(mkdir -p "${1:-$here}" && cd "${1:-$here}" && pwd)
cd "$here"

# As kernel code: at the top of the address space, integer registers only, nothing below rsp.
# -fno-ident and --build-id=none leave out what would change with the compiler's name and the link.
FLAGS="-std=gnu11 -Wall -Wextra -O2 -ffreestanding -fno-pic -fno-pie -mcmodel=kernel -mno-red-zone -mgeneral-regs-only
       -fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables -fno-ident"
# -n: no gap up to the next page in the file.
link() { # BASE ENTRY OUTPUT INPUT...
    base=$1 entry=$2 output=$3
    shift 3
    ld -n -static --build-id=none -T image.lds --defsym=BASE="$base" --defsym=entry_point="$entry" "$@" -o "$output"
}

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT

gcc $FLAGS -c statickeys.c -o "$out/statickeys.o"
link 0xffffffff81000000 pipeline "$out/statickeys.elf" "$out/statickeys.o"

gcc $FLAGS -c batches.c -o "$temporary/batches.o"
link 0xffffffff81000000 first_00 "$out/batches.elf" "$temporary/batches.o"

gcc $FLAGS -c pair_front.c -o "$temporary/pair_front.o"
gcc $FLAGS -c pair_back.c -o "$temporary/pair_back.o"
ld -r --build-id=none "$temporary/pair_front.o" "$temporary/pair_back.o" -o "$out/pair.ko"
gcc $FLAGS -c guest.c -o "$out/guest.ko"

# What ld makes of the two modules: the tests compare the loader's bytes with these.
link 0xffffffffc0000000 front "$out/pair.linked.elf" "$out/pair.ko"
link 0xffffffffc0000000 visit "$out/guest.linked.elf" "$out/guest.ko" --just-symbols="$out/statickeys.elf"
