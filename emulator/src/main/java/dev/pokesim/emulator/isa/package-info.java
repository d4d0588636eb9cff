/** The instruction set: one class per mnemonic, the list of them, and the decoder that the list drives. Not here: when a
 *  micro-op runs ({@code machine}). Start with {@link InstructionSet}; an instruction is added by one class and one line there. */
@org.jspecify.annotations.NullMarked
package dev.pokesim.emulator.isa;
