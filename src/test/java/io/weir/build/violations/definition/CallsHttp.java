package io.weir.build.violations.definition;

import java.net.http.HttpClient;

/** Breaks a rule of the architecture on purpose. */
record CallsHttp(HttpClient client) {}
