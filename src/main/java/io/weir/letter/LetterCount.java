package io.weir.letter;

/** How many dead letters of a kind there are. */
public record LetterCount(String stream, LetterState state, ReasonClass reasonClass, long letters) {}
