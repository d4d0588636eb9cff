package dev.pokesim.cli.command;

import com.google.gson.JsonObject;
import dev.pokesim.cli.console.JsonOutput;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.emulator.trace.TraceHeader;

/** An event as one line of JSON; addresses and bits are texts, because they do not fit into the numbers of many readers. */
final class TraceJson implements TraceEvent.Fields {
    private final TraceHeader header;
    private JsonObject object = new JsonObject();

    TraceJson(TraceHeader header) {
        this.header = header;
    }

    String of(TraceEvent event) {
        object = new JsonObject();
        object.addProperty("timePs", event.timePs());
        object.addProperty("core", event.core());
        object.addProperty("event", event.name());
        event.tell(this);
        return JsonOutput.writeLine(object);
    }

    @Override
    public void name(String name) {
        // is the event's
    }

    @Override
    public void address(String name, long address) {
        if (address != TraceEvent.NO_ADDRESS) {
            object.addProperty(name, Address.text(address));
            String place = header.place(address);
            if (!place.isEmpty()) {
                object.addProperty("symbol", place);
            }
        }
    }

    @Override
    public void number(String name, long number) {
        object.addProperty(name, number);
    }

    @Override
    public void bits(String name, long bits) {
        object.addProperty(name, "0x" + Long.toHexString(bits));
    }

    @Override
    public void flag(String name, boolean flag) {
        object.addProperty(name, flag);
    }

    @Override
    public void bytes(String name, InstructionBytes bytes) {
        object.addProperty(name, bytes.toString());
    }

    @Override
    public void text(String name, String text) {
        if (!text.isEmpty()) {
            object.addProperty(name, text);
        }
    }
}
