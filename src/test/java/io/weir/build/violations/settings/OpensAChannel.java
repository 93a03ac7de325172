package io.weir.build.violations.settings;

import java.nio.channels.FileChannel;

/** Breaks a rule of the architecture on purpose. */
record OpensAChannel(FileChannel channel) {}
