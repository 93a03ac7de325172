package io.weir.fuzz;

import io.weir.definition.BodyForm;
import io.weir.http.OptionsTarget;
import io.weir.log.RedisUrlTarget;
import java.util.ArrayList;
import java.util.List;

/** Everything that is fuzzed. */
public final class FuzzTargets {
    private FuzzTargets() {}

    public static List<FuzzTarget> all() {
        List<FuzzTarget> targets = new ArrayList<>();
        for (BodyForm form : BodyForm.values()) {
            targets.add(new BodyTarget(form));
        }
        targets.add(new OptionsTarget());
        targets.add(new LogTargets.OfEvent());
        targets.add(new LogTargets.OfRefused());
        targets.add(new SettingTargets.OfEntryId());
        targets.add(new SettingTargets.OfDatabaseUrl());
        targets.add(new SettingTargets.OfDefinition());
        targets.add(new RateLimitTarget());
        targets.add(new RedisUrlTarget());
        return targets;
    }
}
