package dev.pokesim.patcher.site;

import java.nio.file.Path;

/** Sites of an ELF file: a linked executable such as vmlinux, an object file, or a kernel module. */
public final class ElfInput implements SiteSource {

    private final Path file;
    private final SymbolResolver resolver;

    private ElfInput(Path file, SymbolResolver resolver) {
        this.file = file;
        this.resolver = resolver;
    }

    /** A file that defines all it uses. */
    public static ElfInput of(Path file) {
        return new ElfInput(file, SymbolResolver.nothing());
    }

    /**
     * A module.
     *
     * @param resolver where the symbols come from that the module does not define
     */
    public static ElfInput of(Path file, SymbolResolver resolver) {
        return new ElfInput(file, resolver);
    }

    /**
     * Reads the file. An executable keeps the addresses it was linked for; an object is placed at the start of the
     * kernel's module area and relocated.
     */
    @Override
    public LoadedImage load() {
        return load(ElfFile.read(file), ElfObject.MODULE_AREA, resolver);
    }

    /** Loads a parsed file; an object at the given address. */
    static LoadedImage load(ElfFile elf, long base, SymbolResolver resolver) {
        PlacedElf placed =
                elf.isRelocatable() ? new ElfObject(elf, base, resolver).place() : new ElfExecutable(elf).place();
        return new LoadedImage(
                elf.file(), placed.segments(), placed.symbols(), new JumpTable(elf.file(), placed, resolver).keys());
    }
}
