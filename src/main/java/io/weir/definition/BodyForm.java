package io.weir.definition;

/** A form in which a request carries its events. */
public enum BodyForm {
    /** One JSON object. */
    OBJECT,
    /** A JSON array of objects. */
    ARRAY,
    /** One JSON object per line. */
    NDJSON,
    /** A JSON object that holds a list of objects, each of which inherits the outer fields. */
    ENVELOPE,
    /** Lines of an access log in combined format. */
    ACCESS_LOG
}
