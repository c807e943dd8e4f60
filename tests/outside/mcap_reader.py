#!/usr/bin/env python3
"""Opens a recording with the reference reader of MCAP and checks what any MCAP reader can check.

    pip install mcap protobuf
    agora run quickstart --days 1 --record --out runs/one-day
    python tests/outside/mcap_reader.py runs/one-day/recording.mcap

Not part of `cargo test`, which needs no Python and no network.
"""

import json
import sys
from collections import Counter

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from mcap.reader import make_reader
from mcap.stream_reader import StreamReader

NANOS_PER_TICK = 60_000_000_000


def message_class(schema):
    """Makes the class of a message from the schema in the file alone."""
    files = descriptor_pb2.FileDescriptorSet.FromString(schema.data)
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(schema.name))


def main(path):
    # Record by record, every checksum of chunks, data and index being checked.
    kinds = Counter()
    with open(path, "rb") as file:
        for record in StreamReader(file, validate_crcs=True, emit_chunks=False).records:
            kinds[type(record).__name__] += 1
    assert kinds["Footer"] == 1 and kinds["DataEnd"] == 1, kinds

    with open(path, "rb") as file:
        reader = make_reader(file, validate_crcs=True)
        header = reader.get_header()
        assert header.profile == "agora", header
        summary = reader.get_summary()
        assert summary is not None and summary.statistics is not None
        topics = {c.id: c.topic for c in summary.channels.values()}
        counts = {topics[i]: n for i, n in summary.statistics.channel_message_counts.items()}

        classes = {}
        seen, ticks, last = Counter(), [], {}
        events = 0
        for schema, channel, message in reader.iter_messages():
            topic = channel.topic
            seen[topic] += 1
            assert message.log_time % NANOS_PER_TICK == 0, (topic, message.log_time)
            assert message.log_time >= last.get(topic, 0), f"{topic} goes back in time"
            last[topic] = message.log_time
            if channel.message_encoding == "json":
                assert schema.encoding == "jsonschema"
                json.loads(schema.data)
                json.loads(message.data)
                continue
            assert (channel.message_encoding, schema.encoding) == ("protobuf", "protobuf")
            if schema.name not in classes:
                classes[schema.name] = message_class(schema)
            body = classes[schema.name].FromString(message.data)
            if topic == "/tick":
                ticks.append(message.log_time // NANOS_PER_TICK)
                events += len(body.kind)
                assert len(body.kind) == len(body.told) == len(body.avatar)
                assert len(body.state) == len(body.changed) + len(body.woke)
        assert dict(seen) == {t: n for t, n in counts.items() if n}, (seen, counts)
        assert ticks == list(range(ticks[0], ticks[0] + len(ticks))), "a tick is missing"

        # A window in the middle, by the index.
        middle = ticks[len(ticks) // 2]
        window = reader.iter_messages(
            topics=["/tick"],
            start_time=middle * NANOS_PER_TICK,
            end_time=(middle + 10) * NANOS_PER_TICK,
        )
        found = [m.log_time // NANOS_PER_TICK for _, _, m in window]
        assert found == [t for t in range(middle, middle + 10) if t <= ticks[-1]], found

        metadata = {m.name: m.metadata for m in reader.iter_metadata()}
        assert metadata["agora"]["format"] == "1", metadata
        captions = [a for a in reader.iter_attachments() if a.name == "captions.json"]
        for a in captions:
            json.loads(a.data)

    print(f"{path}: {len(ticks)} ticks ({ticks[0]} to {ticks[-1]}), {events} events in /tick,")
    print(f"  {sum(seen.values())} messages: " + ", ".join(f"{t} {n}" for t, n in sorted(seen.items())))
    print("  records: " + ", ".join(f"{k} {n}" for k, n in sorted(kinds.items())))
    print(f"  {len(summary.chunk_indexes)} chunks, {len(captions)} captions, every checksum right")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
