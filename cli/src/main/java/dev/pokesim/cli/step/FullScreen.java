package dev.pokesim.cli.step;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jline.keymap.BindingReader;
import org.jline.keymap.KeyMap;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;
import org.jspecify.annotations.Nullable;

/** The stepper on the whole terminal: draws its view after each key and whenever the size changes. */
public final class FullScreen {
    /** How long one wait for a key lasts before it is looked whether the size has changed or the program shall end. */
    private static final long WAIT_MILLIS = 100;

    /** How long the rest of a key's sequence may take: an Escape that nothing follows is the key of that name. */
    private static final long SEQUENCE_MILLIS = 50;

    /** How long a search goes on before it is looked whether a key is pressed. */
    private static final long LOOK_NANOS = 400_000_000;

    private static final String ENTER = "enter";
    private static final String CANCEL = "escape";
    private static final String ERASE = "backspace";
    private static final String ERASE_ALL = "erase";
    private static final String REDRAW = "redraw";
    private static final String QUIT = "q";
    private static final String IGNORED = "";
    private static final String SEARCHING = "searching; any key stops";

    private final Stepper stepper;
    private final View view;
    private final Terminal terminal;
    private final Display display;
    private final BindingReader keys;
    private final KeyMap<String> commands;
    private final KeyMap<String> editing;
    /** What stands on the screen. */
    private List<AttributedString> shown = List.of();

    private final AtomicBoolean resized = new AtomicBoolean(true);
    private final BooleanSupplier endRequested;
    private long lookedAt;

    private FullScreen(Stepper stepper, View view, Terminal terminal, BooleanSupplier endRequested) {
        this.stepper = stepper;
        this.view = view;
        this.terminal = terminal;
        this.endRequested = endRequested;
        display = new Display(terminal, true);
        keys = new BindingReader(terminal.reader());
        commands = commands(terminal);
        editing = editing();
        terminal.handle(Terminal.Signal.WINCH, signal -> resized.set(true));
    }

    /**
     * Takes the terminal over until the user quits, and gives it back as it was.
     *
     * @param endRequested whether to end although nobody pressed a key
     */
    public static void run(Stepper stepper, View view, BooleanSupplier endRequested) throws IOException {
        try (Terminal terminal = TerminalBuilder.builder().system(true).build()) {
            Attributes before = terminal.enterRawMode();
            Attributes raw = terminal.getAttributes();
            raw.setLocalFlag(Attributes.LocalFlag.ISIG, false); // Ctrl-C is a key here
            terminal.setAttributes(raw);
            terminal.puts(Capability.enter_ca_mode);
            terminal.puts(Capability.keypad_xmit);
            try {
                new FullScreen(stepper, view, terminal, endRequested).loop();
            } finally {
                terminal.puts(Capability.keypad_local);
                terminal.puts(Capability.cursor_normal);
                terminal.puts(Capability.exit_ca_mode);
                terminal.flush();
                terminal.setAttributes(before);
            }
        }
    }

    private void loop() {
        stepper.stopWhen(this::isKeyPressed);
        while (!stepper.isOver()) {
            draw("", -1);
            String key = read(commands);
            if (key.equals(REDRAW)) {
                resized.set(true);
            } else if (!key.equals(IGNORED)) {
                press(key);
            }
        }
    }

    private void press(String name) {
        lookedAt = System.nanoTime();
        Keys.Key key = Keys.named(name);
        if (key == null) {
            stepper.unknownKey(name);
            return;
        }
        if (key.asks().isEmpty()) {
            stepper.press(key, "");
            return;
        }
        String typed = ask(key.asks(), key.begins());
        if (typed != null) {
            stepper.press(key, typed);
        }
    }

    /** A line of text; null if the user would rather not. */
    private @Nullable String ask(String question, String begun) {
        StringBuilder typed = new StringBuilder(begun);
        while (true) {
            draw(question + typed, question.length() + typed.length());
            String key = read(editing);
            switch (key) {
                case ENTER -> {
                    return typed.toString();
                }
                case CANCEL -> {
                    return null;
                }
                case ERASE -> typed.setLength(Math.max(0, typed.length() - 1));
                case ERASE_ALL -> typed.setLength(0);
                case REDRAW -> resized.set(true);
                case IGNORED -> {}
                default -> typed.append(key);
            }
        }
    }

    /** Waits for a key; redraws meanwhile if the size changes. */
    private String read(KeyMap<String> map) {
        while (true) {
            int next = keys.peekCharacter(WAIT_MILLIS);
            if (next == NonBlockingReader.EOF || endRequested.getAsBoolean()) {
                stepper.quit();
                return map == editing ? CANCEL : IGNORED;
            }
            if (next != NonBlockingReader.READ_EXPIRED) {
                String key = keys.readBinding(map, null, false);
                return key == null ? IGNORED : key;
            }
            if (resized.get()) {
                return IGNORED;
            }
        }
    }

    /** Whether somebody wants a long search to end; says that one is going on. The run is somewhere else now: the view must not look. */
    private boolean isKeyPressed() {
        long now = System.nanoTime();
        if (now - lookedAt < LOOK_NANOS) {
            return false; // a look may wait for the terminal
        }
        lookedAt = now;
        drawLast(SEARCHING);
        int next = keys.peekCharacter(1);
        boolean isPressed = next >= 0;
        while (keys.peekCharacter(1) >= 0) {
            keys.readCharacter(); // it was for the search
        }
        return isPressed || next == NonBlockingReader.EOF || endRequested.getAsBoolean();
    }

    private void drawLast(String text) {
        if (!shown.isEmpty() && !resized.get()) {
            List<AttributedString> lines = new ArrayList<>(shown.subList(0, shown.size() - 1));
            lines.add(new AttributedString(text));
            display.update(lines, -1); // which keeps them to compare with
            terminal.flush();
        }
    }

    /**
     * @param prompt for the last line; empty to show the keys there
     * @param cursor its column in that line; -1 for none
     */
    private void draw(String prompt, int cursor) {
        ScreenSize size = ScreenSize.near(terminal.getWidth(), terminal.getHeight());
        if (resized.getAndSet(false)) {
            display.resize(size.height(), size.width());
            display.clear();
            terminal.puts(Capability.clear_screen);
        }
        shown = view.lines(stepper, size, prompt).stream()
                .map(FullScreen::withoutBlanks)
                .toList();
        terminal.puts(cursor < 0 ? Capability.cursor_invisible : Capability.cursor_normal);
        int column = Math.max(0, Math.min(cursor, size.width() - 1));
        display.update(new ArrayList<>(shown), (size.height() - 1) * (size.width() + 1) + column);
        terminal.flush();
    }

    /** Without the blanks at its end that would show nothing: a line that fills its row is one that some terminals break anew. */
    private static AttributedString withoutBlanks(AttributedString line) {
        int end = line.length();
        while (end > 0 && line.charAt(end - 1) == ' ' && line.styleAt(end - 1).equals(AttributedStyle.DEFAULT)) {
            end--;
        }
        return line.subSequence(0, end);
    }

    private static KeyMap<String> commands(Terminal terminal) {
        KeyMap<String> map = new KeyMap<>();
        map.setAmbiguousTimeout(SEQUENCE_MILLIS);
        map.setNomatch(IGNORED);
        printable(map);
        bind(map, terminal, "up", Capability.key_up, "\033[A", "\033OA");
        bind(map, terminal, "down", Capability.key_down, "\033[B", "\033OB");
        bind(map, terminal, "right", Capability.key_right, "\033[C", "\033OC");
        bind(map, terminal, "left", Capability.key_left, "\033[D", "\033OD");
        bind(map, terminal, "home", Capability.key_home, "\033[H", "\033OH", "\033[1~");
        bind(map, terminal, "end", Capability.key_end, "\033[F", "\033OF", "\033[4~");
        bind(map, terminal, "pgup", Capability.key_ppage, "\033[5~");
        bind(map, terminal, "pgdn", Capability.key_npage, "\033[6~");
        map.bind(CANCEL, KeyMap.esc());
        map.bind(QUIT, KeyMap.ctrl('C'), KeyMap.ctrl('D'));
        map.bind(REDRAW, KeyMap.ctrl('L'));
        return map;
    }

    private static KeyMap<String> editing() {
        KeyMap<String> map = new KeyMap<>();
        map.setAmbiguousTimeout(SEQUENCE_MILLIS);
        map.setNomatch(IGNORED);
        printable(map);
        for (char last : new char[] {'A', 'B', 'C', 'D', 'F', 'H'}) {
            map.bind(IGNORED, "\033[" + last, "\033O" + last);
        }
        map.bind(ENTER, "\r", "\n");
        map.bind(ERASE, KeyMap.del(), KeyMap.ctrl('H'));
        map.bind(ERASE_ALL, KeyMap.ctrl('U'));
        map.bind(CANCEL, KeyMap.esc(), KeyMap.ctrl('C'), KeyMap.ctrl('G'));
        map.bind(REDRAW, KeyMap.ctrl('L'));
        return map;
    }

    private static void printable(KeyMap<String> map) {
        for (char c = ' '; c <= '~'; c++) {
            map.bind(String.valueOf(c), String.valueOf(c));
        }
    }

    /** What the terminal says that a key sends, and what most send. */
    private static void bind(
            KeyMap<String> map, Terminal terminal, String name, Capability key, CharSequence... usual) {
        String sent = KeyMap.key(terminal, key);
        if (sent != null && !sent.isEmpty()) {
            map.bind(name, sent);
        }
        map.bind(name, usual);
    }
}
