package dev.pokesim.cli.export;

import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.trace.TraceEvent;

/** The fields of an event as trace viewers show them: texts and numbers; those that say nothing are left out. */
interface TrackFields extends TraceEvent.Fields {
    /** Shows one as text. */
    void show(String name, String value);

    @Override
    default void name(String name) {
        // is the slice's or the moment's
    }

    @Override
    default void address(String name, long address) {
        if (address != TraceEvent.NO_ADDRESS) {
            show(name, Address.text(address));
        }
    }

    @Override
    default void bits(String name, long bits) {
        show(name, "0x" + Long.toHexString(bits));
    }

    @Override
    default void flag(String name, boolean flag) {
        if (flag) {
            number(name, 1);
        }
    }

    @Override
    default void bytes(String name, InstructionBytes bytes) {
        show(name, bytes.toString());
    }

    @Override
    default void text(String name, String text) {
        if (!text.isEmpty()) {
            show(name, text);
        }
    }
}
