package io.weir.http;

import io.weir.event.AcceptedEvent;
import io.weir.event.DecodeRequest;
import io.weir.event.DecodeResult;
import io.weir.event.InvalidEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Takes each line for an event: {@code bad} in it makes it invalid, {@code p1} sends it to partition 1, and the name of
 * a {@link DecodeResult.Reason} refuses the body.
 */
final class StubDecoder implements EventDecoder {
    final List<DecodeRequest> requests = new CopyOnWriteArrayList<>();

    @Override
    public DecodeResult decode(DecodeRequest request) {
        requests.add(request);
        String body = new String(request.body(), StandardCharsets.UTF_8);
        List<AcceptedEvent> accepted = new ArrayList<>();
        List<InvalidEvent> invalid = new ArrayList<>();
        int index = 0;
        for (String line : body.lines().toList()) {
            for (DecodeResult.Reason reason : DecodeResult.Reason.values()) {
                if (line.contains(reason.name())) {
                    return new DecodeResult.Refused(reason, "said the decoder", index);
                }
            }
            byte[] raw = line.getBytes(StandardCharsets.UTF_8);
            if (line.contains("bad")) {
                invalid.add(new InvalidEvent(index, "linkId", "is \"bad\"", raw, null));
            } else {
                accepted.add(new AcceptedEvent(line.contains("p1") ? 1 : 0, raw, null));
            }
            index++;
        }
        return new DecodeResult.Decoded(accepted, invalid);
    }
}
