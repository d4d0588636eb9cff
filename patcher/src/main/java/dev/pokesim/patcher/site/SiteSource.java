package dev.pokesim.patcher.site;

/** Something that text with patch sites can be made or read from. The same source always gives the same image. */
public interface SiteSource {

    /**
     * Makes the image; nothing of it is shared with an earlier one that could be changed.
     *
     * @return text, data, symbols and the sites by key
     * @throws InvalidInput if the input cannot be read or is malformed; the message names it and what to do
     */
    LoadedImage load();
}
