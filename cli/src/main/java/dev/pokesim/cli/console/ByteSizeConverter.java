package dev.pokesim.cli.console;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** An amount of memory as it is typed: a whole number and {@code k}, {@code m} or {@code g}, powers of 1024; more than none. */
public final class ByteSizeConverter implements ITypeConverter<Long> {
    private static final Pattern FORM = Pattern.compile("0*([1-9][0-9]{0,8})([kmg])", Pattern.CASE_INSENSITIVE);

    @Override
    public Long convert(String typed) {
        Matcher matcher = FORM.matcher(typed);
        if (!matcher.matches()) {
            throw new TypeConversionException("'" + typed + "' is not an amount of memory, such as 512m or 2g");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "k", "K" -> number << 10;
            case "m", "M" -> number << 20;
            default -> number << 30;
        };
    }
}
