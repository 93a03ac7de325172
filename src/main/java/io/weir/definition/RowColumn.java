package io.weir.definition;

/** A column of a raw row and where its value comes from. */
public record RowColumn(String column, ColumnSource source) {}
