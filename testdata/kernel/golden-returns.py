#!/usr/bin/env python3
"""Makes guest-returns.golden: what registers hold after every return while a kernel flips a key, as another emulator has it.

usage: golden-returns.py PACKAGE_VERSION VMLINUX KEY...        needs the Python package unicorn; prints the lines of the file

VMLINUX is unpacked (scripts/extract-vmlinux of any kernel does it). KEY is a symbol, or a symbol and an offset:
__tracepoint_sched_switch+0x8. Each is flipped and flipped back on a kernel that has run jump_label_init() and nothing else.
Memory and registers at the start, and what is replaced: GuestKernel, GuestLayout, KernelReplacements.
"""
import hashlib
import struct
import sys

from unicorn import UC_ARCH_X86, UC_HOOK_CODE, UC_MODE_64, Uc
from unicorn import x86_const as x86

CHECKPOINT = 1024                        # returns between two lines
FLAGS = 0x1 | 0x4 | 0x40 | 0x80          # CF PF ZF SF: instructions before a return may leave AF and OF undefined
PER_CPU, TASK, STACK_TOP = 0xffff888000000000, 0xffff889000000000, 0xffffc90000010000
ARGUMENTS_BYTES, RETURN = 64, TASK + 0x3000
REGISTERS = [getattr(x86, "UC_X86_REG_" + name) for name in
             "RAX RCX RDX RBX RSP RBP RSI RDI R8 R9 R10 R11 R12 R13 R14 R15".split()]
RAX, RDX, RSP, RSI, RDI, RCX = (REGISTERS[i] for i in (0, 2, 4, 6, 7, 1))


def load_segments(elf):
    start, = struct.unpack_from("<Q", elf, 0x20)
    for i in range(struct.unpack_from("<H", elf, 0x38)[0]):
        kind, _, offset, address, _, size, memory, _ = struct.unpack_from("<IIQQQQQQ", elf, start + 56 * i)
        if kind == 1:
            yield address, elf[offset:offset + size], memory


def symbols(elf):
    """kallsyms, found by its structure: the table of 256 tokens, the names before it, the addresses behind or before."""
    digits = b"".join(b"%d\0" % i for i in range(10))
    at = elf.find(digits)
    while True:
        start = at
        for _ in range(48):
            start = elf.rfind(b"\0", 0, start - 1) + 1
        offsets, tokens, place = [], [], start
        for _ in range(256):
            end = elf.index(b"\0", place)
            offsets.append(place - start)
            tokens.append(elf[place:end])
            place = end + 1
        index = elf.find(struct.pack("<256H", *offsets), place, place + 32 + 512)
        if index >= 0:
            break
        at = elf.index(digits, at + 1)
    for count_at in range(start & -8, 0, -8):
        count, = struct.unpack_from("<Q", elf, count_at)
        if not 1000 < count < 1000000:
            continue
        names, place, marks = [], count_at + 8, []
        while len(names) < count and place < start:
            if len(names) % 256 == 0:
                marks.append(place - count_at - 8)
            length = elf[place]
            place += 1
            if length > 127:
                length = length & 127 | elf[place] << 7
                place += 1
            if length == 0:
                break
            names.append(b"".join(tokens[token] for token in elf[place:place + length]))
            place += length
        packed = struct.pack(f"<{len(marks)}I", *marks)
        if len(names) == count and elf.find(packed, place, place + 64 + len(packed)) >= 0:
            break
    behind = index + 512 + 7 & -8
    for at in (count_at - 8 - (4 * count + 7 & -8), behind):
        base, = struct.unpack_from("<Q", elf, at + (4 * count + 7 & -8))
        if base >> 32 == 0xffffffff:
            values = struct.unpack_from(f"<{count}i", elf, at)
            absolute = any(value < 0 for value in values)
            return {name[1:].decode(): (base - 1 - value if value < 0 else value) if absolute else base + value
                    for name, value in zip(names, values)}
    raise SystemExit("golden-returns: no addresses of symbols")


class Kernel:
    def __init__(self, elf):
        self.address = symbols(elf)
        self.uc = Uc(UC_ARCH_X86, UC_MODE_64)
        segments = list(load_segments(elf))
        high = [segment for segment in segments if segment[0] >> 63]
        low = min(segment[0] for segment in high) & -4096
        self.uc.mem_map(low, (max(a + size for a, _, size in high) - low + 4095) & -4096)
        for base, size in ((PER_CPU, 0x100000), (TASK, 0x4000), (STACK_TOP - 0x4000, 0x4000)):
            self.uc.mem_map(base, size)
        for address, content, _ in segments:
            self.uc.mem_write(address if address >> 63 else PER_CPU + address, content)
        self.per_cpu("this_cpu_off", PER_CPU)
        self.per_cpu("current_task", TASK)
        self.per_cpu("cpu_number", 0, 4)
        self.per_cpu("fixed_percpu_data", 0x1122334455667700, offset=0x28)
        self.uc.mem_write(self.address["__per_cpu_offset"], struct.pack("<Q", PER_CPU))
        self.uc.reg_write(x86.UC_X86_REG_GS_BASE, PER_CPU)
        self.replaced = {self.address["__text_poke"]: self.text_poke,
                         self.address["on_each_cpu_cond_mask"]: lambda: 0}
        self.uc.hook_add(UC_HOOK_CODE, self.instruction)  # before each instruction
        self.recorder = None

    def per_cpu(self, name, value, size=8, offset=0):
        self.uc.mem_write(PER_CPU + self.address[name] + offset, value.to_bytes(size, "little"))

    def text_poke(self):
        address, source, count = (self.uc.reg_read(register) for register in (RSI, RDX, RCX))
        self.uc.mem_write(address, bytes(self.uc.mem_read(source, count)))
        self.uc.ctl_remove_cache(address - 16, address + 16)
        return address

    def instruction(self, uc, address, size, _):
        if self.recorder:
            self.recorder.instruction(address, bytes(uc.mem_read(address, 1)))
        if address in self.replaced:
            uc.emu_stop()

    def call(self, name, argument=0):
        self.uc.reg_write(RSP, STACK_TOP - ARGUMENTS_BYTES - 8)
        self.uc.mem_write(STACK_TOP - ARGUMENTS_BYTES - 8, struct.pack("<Q", RETURN))
        self.uc.reg_write(x86.UC_X86_REG_EFLAGS, 0x202)
        self.uc.reg_write(RDI, argument)
        rip = self.address[name]
        while rip != RETURN:
            self.uc.emu_start(rip, RETURN)
            rip = self.uc.reg_read(x86.UC_X86_REG_RIP)
            if rip in self.replaced:
                result = self.replaced[rip]()
                stack = self.uc.reg_read(RSP)
                rip, = struct.unpack("<Q", self.uc.mem_read(stack, 8))
                self.uc.reg_write(RSP, stack + 8)
                self.uc.reg_write(RAX, result)
                self.uc.reg_write(x86.UC_X86_REG_RIP, rip)


class Recorder:
    def __init__(self, uc, line):
        self.uc, self.line = uc, line
        self.count, self.digest, self.returned = 0, hashlib.sha256(), False

    def instruction(self, address, opcode):
        self.flush(address)
        self.returned = opcode in (b"\xc3", b"\xc2")

    def flush(self, rip):
        if self.returned:
            flags = self.uc.reg_read(x86.UC_X86_REG_EFLAGS) & FLAGS
            state = [0 if rip == RETURN else rip, *(self.uc.reg_read(register) for register in REGISTERS), flags]
            self.digest.update((" ".join(f"{value:x}" for value in state) + "\n").encode())
            self.count += 1
            if self.count % CHECKPOINT == 0:
                self.checkpoint()
        self.returned = False

    def checkpoint(self):
        print(self.line, self.count, self.digest.hexdigest())


def main(package, image, *keys):
    with open(image, "rb") as file:
        elf = file.read()
    kernel = Kernel(elf)
    kernel.call("jump_label_init")
    kernel.uc.mem_write(kernel.address["system_state"], struct.pack("<I", 3))
    for key in keys:
        name, _, offset = key.partition("+")
        address = kernel.address[name] + int(offset or "0", 16)
        for register in REGISTERS:
            kernel.uc.reg_write(register, 0)
        for function in ("static_key_enable", "static_key_disable"):
            kernel.recorder = Recorder(kernel.uc, f"{package} {key} {function}")
            kernel.call(function, address)
            kernel.recorder.flush(RETURN)
            kernel.recorder.checkpoint()


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
