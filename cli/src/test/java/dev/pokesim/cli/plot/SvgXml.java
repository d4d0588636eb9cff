package dev.pokesim.cli.plot;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** SVG and pages as an XML parser sees them. */
public final class SvgXml {
    private SvgXml() {}

    /** Fails if it is not well-formed. */
    public static Document parsed(String text) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        DocumentBuilder builder = factory.newDocumentBuilder();
        builder.setErrorHandler(null); // what is wrong is thrown
        return builder.parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Its elements of a name, in order. */
    public static List<Element> elements(Document document, String name) {
        List<Element> elements = new ArrayList<>();
        NodeList nodes = document.getElementsByTagName(name);
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    /** The only element of a name that has an attribute of this value. */
    public static Element only(Document document, String name, String attribute, String value) {
        List<Element> found = elements(document, name).stream()
                .filter(element -> element.getAttribute(attribute).equals(value))
                .toList();
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " elements " + name + " with " + attribute + "=" + value);
        }
        return found.get(0);
    }
}
