package io.weir.definition;

/**
 * Something wrong with a definition.
 *
 * @param file the file, with the line where it is known
 * @param key the path of the key at fault
 * @param problem what is wrong
 * @param remedy what to do about it
 */
public record DefinitionFault(String file, String key, String problem, String remedy) {
    @Override
    public String toString() {
        return file + ": " + key + ": " + problem + "; " + remedy;
    }
}
