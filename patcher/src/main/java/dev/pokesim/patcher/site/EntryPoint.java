package dev.pokesim.patcher.site;

/**
 * How to run through a site: call this function. It has the arguments and the promises that {@link GeneratedText} describes.
 *
 * @param site address of the site; every call passes it once
 * @param function the function's symbol
 * @param address of the function's first instruction
 */
public record EntryPoint(long site, String function, long address) {}
