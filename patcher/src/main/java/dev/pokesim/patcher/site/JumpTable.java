package dev.pokesim.patcher.site;

import dev.pokesim.emulator.memory.Address;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Reads jump table entries of 16 bytes: the distances from their own fields to the site (s32), to the target (s32) and
 * to the key (s64), whose low two bits are flags: bit 0 is branch, bit 1 says on disk that objtool wrote a no-op. Source:
 * Linux include/linux/jump_label.h, struct jump_entry, jump_entry_key(), jump_entry_is_branch().
 */
final class JumpTable {

    static final int ENTRY_BYTES = 16;

    private static final int TARGET_OFFSET = 4;
    private static final int KEY_OFFSET = 8;
    private static final long BRANCH = 1;
    private static final long FLAGS = 3;

    private final String file;
    private final PlacedElf elf;
    private final SymbolResolver outside;

    /**
     * Prepares to read.
     *
     * @param file its name in messages
     * @param outside knows the keys that lie in another image
     */
    JumpTable(String file, PlacedElf elf, SymbolResolver outside) {
        this.file = file;
        this.elf = elf;
        this.outside = outside;
    }

    /** All keys with their sites; no two sites overlap. */
    List<KeySites> keys() {
        List<PatchSite> sites = new ArrayList<>();
        for (AddressRange table : elf.jumpTables()) {
            readTable(table, sites);
        }
        rejectOverlap(sites);
        Map<Long, List<PatchSite>> byKey = new TreeMap<>(Long::compareUnsigned);
        for (PatchSite site : sites) {
            byKey.computeIfAbsent(site.key().address(), address -> new ArrayList<>())
                    .add(site);
        }
        return byKey.values().stream()
                .map(ofKey -> new KeySites(ofKey.get(0).key(), enabled(ofKey), ofKey))
                .toList();
    }

    private void readTable(AddressRange table, List<PatchSite> sites) {
        if (table.sizeBytes() % ENTRY_BYTES != 0 || (table.start() & 7) != 0) {
            throw damaged("the jump table at " + Address.text(table.start()) + " has "
                    + Long.toUnsignedString(table.sizeBytes())
                    + " bytes; it must be aligned to 8 and hold entries of 16");
        }
        for (long offset = 0; offset < table.sizeBytes(); offset += ENTRY_BYTES) {
            sites.add(readEntry(table.start() + offset, "jump table entry " + sites.size()));
        }
    }

    private PatchSite readEntry(long entry, String what) {
        Segment segment = elf.segmentAt(entry, ENTRY_BYTES)
                .orElseThrow(() -> damaged(what + " at " + Address.text(entry) + " is not in a loaded segment"));
        int at = (int) (entry - segment.address());
        long code = entry + segment.bytes().signedAt(at, Integer.BYTES);
        long target = entry + TARGET_OFFSET + segment.bytes().signedAt(at + TARGET_OFFSET, Integer.BYTES);
        long keyAndFlags = entry + KEY_OFFSET + segment.bytes().signedAt(at + KEY_OFFSET, Long.BYTES);
        long key = keyAndFlags & ~FLAGS;

        String site = what + " (" + elf.symbols().locate(code) + ")";
        Segment text = executable(code, site + ": the site");
        executable(target, site + ": the target");
        int codeOffset = (int) (code - text.address());
        SiteKind kind = SiteKind.at(text.bytes(), codeOffset).orElseThrow(() -> {
            int shown = Math.min(SiteKind.NOP5.sizeBytes(), text.sizeBytes() - codeOffset);
            return new InvalidInput(
                    file,
                    site + ": " + text.bytes().slice(codeOffset, shown) + " at " + Address.text(code)
                            + " is no nop2 (66 90), nop5 (0f 1f 44 00 00), jmp8 (eb) or jmp32 (e9)",
                    "make sites as the kernel's asm goto does");
        });
        return new PatchSite(
                code,
                kind,
                text.bytes().instruction(codeOffset, kind.sizeBytes()),
                target,
                new StaticKeyId(elf.symbols().locate(key).toString(), key),
                (keyAndFlags & BRANCH) != 0,
                elf.initText().stream().anyMatch(range -> range.contains(code)),
                elf.symbols().locate(code));
    }

    private Segment executable(long address, String what) {
        return elf.segmentAt(address, 1)
                .filter(Segment::executable)
                .orElseThrow(() -> damaged(what + " " + Address.text(address) + " is not in executable text"));
    }

    private void rejectOverlap(List<PatchSite> sites) {
        List<PatchSite> byAddress = sites.stream()
                .sorted(Comparator.comparing(PatchSite::address, Long::compareUnsigned))
                .toList();
        for (int i = 1; i < byAddress.size(); i++) {
            PatchSite before = byAddress.get(i - 1);
            PatchSite site = byAddress.get(i);
            if (Long.compareUnsigned(site.address() - before.address(), before.sizeBytes()) < 0) {
                throw damaged(
                        "the jump table has two sites that overlap: " + before.location() + " and " + site.location());
            }
        }
    }

    private int enabled(List<PatchSite> sites) {
        StaticKeyId key = sites.get(0).key();
        OptionalInt count = elf.segmentAt(key.address(), Integer.BYTES)
                .map(segment -> OptionalInt.of(
                        (int) segment.bytes().signedAt((int) (key.address() - segment.address()), Integer.BYTES)))
                .orElseGet(() -> outside.enabled(key.address()));
        if (count.isPresent()) {
            return count.getAsInt();
        }
        if (elf.symbols().covering(key.address()).isEmpty()) {
            throw damaged("the key " + Address.text(key.address()) + " of the site at "
                    + sites.get(0).location() + " is neither loaded nor a symbol");
        }
        return sites.get(0).agreesWith(0) ? 0 : 1;
    }

    private InvalidInput damaged(String what) {
        return new InvalidInput(file, what, "it is damaged, or its relocations are: build or copy it again");
    }
}
