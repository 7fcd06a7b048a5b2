"""Records that aiokafka can't read: it raises at a header whose name is no UTF-8.

Kafka takes such a name from any client, and aiokafka never gets past it, so one record of a foreign
client would hold up its partition for ever. Here the same bytes are fetched once more and read with
``�`` for what is no text. Only the name suffers; key, value and all other headers stay.

Built on private parts of aiokafka 0.14, which is why its version is pinned. Slow, and rarely used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, MutableMapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CorruptRecordException, NoError, for_code
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy
from aiokafka.record.util import decode_varint_py

from wireroom.wire.transport import Partition, Record

WAIT_MS = 500
MOST = 8 * 1024 * 1024  # bytes at once; a larger record is sent all the same


async def take(
    inner: AIOKafkaConsumer,
    taken: Mapping[TopicPartition, int],
    partitions: Collection[TopicPartition],
    limit: int,
) -> list[Record]:
    """Up to ``limit`` records of these partitions; ``taken``: the next offset to hand out, where
    it is not the committed one. aiokafka has lost count when it raised, so its places are set back.

    Raises ``KafkaError`` when a broker does not answer or the bytes are damaged.
    """
    places = {tp: await _place(inner, taken, tp) for tp in partitions}
    for tp, offset in places.items():
        inner.seek(tp, offset)
    return (await _fetch(inner, places))[:limit]


def hand_out(
    inner: AIOKafkaConsumer, taken: MutableMapping[TopicPartition, int], found: Sequence[Record]
) -> Sequence[Record]:
    """Let aiokafka go on behind these."""
    for record in found:
        tp = TopicPartition(*record.partition)
        taken[tp] = record.offset + 1
        inner.seek(tp, record.offset + 1)
    return found


async def _place(
    inner: AIOKafkaConsumer, taken: Mapping[TopicPartition, int], tp: TopicPartition
) -> int:
    place = taken.get(tp)
    if place is None:
        place = await inner.committed(tp)
    if place is None:
        place = (await inner.beginning_offsets([tp]))[tp]
    return int(place)


async def _fetch(inner: AIOKafkaConsumer, places: Mapping[TopicPartition, int]) -> list[Record]:
    asked: defaultdict[int, list[TopicPartition]] = defaultdict(list)
    for tp in places:
        leader = inner._client.cluster.leader_for_partition(tp)
        if leader is not None and leader != -1:
            asked[leader].append(tp)
    found: list[Record] = []
    for leader, partitions in asked.items():
        wanted = [
            (tp.topic, [(tp.partition, places[tp], MOST // len(partitions))]) for tp in partitions
        ]
        answer = await inner._client.send(leader, FetchRequest(WAIT_MS, 1, MOST, 0, wanted))
        for topic, parts in answer.topics:
            for number, code, *_, raw in parts:
                if for_code(code) is NoError:
                    place = places[TopicPartition(topic, number)]
                    records = read(raw, Partition(topic, number))
                    found += [record for record in records if record.offset >= place]
    return found


def read(raw: bytes, partition: Partition) -> Iterator[Record]:
    """All records of whole batches, as a broker sends them. Raises ``CorruptRecordException``."""
    batches = _MemoryRecordsPy(raw)
    while batches.has_next():
        # The fast reader of this batch does not give up its bytes: a slow one gets the same.
        batch = _DefaultRecordBatchPy(batches._next_slice)
        batches.next_batch()
        if not batch.validate_crc():
            raise CorruptRecordException(f"{partition}: a batch is damaged")
        if batch.is_control_batch:
            continue
        batch._maybe_uncompress()
        batch._buffer = _Forgiving(batch._buffer)
        for _ in range(batch._num_records):
            yield _record(batch._read_msg(decode_varint_py), partition)


def _record(found: Any, partition: Partition) -> Record:
    return Record(
        partition,
        found.offset,
        found.timestamp,
        found.key,
        found.value or b"",
        {name: value or b"" for name, value in found.headers},
    )


class _Forgiving(bytearray):
    """Bytes whose slices decode whatever they hold; names of headers are all that is decoded."""

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        return _Forgiving(found) if isinstance(place, slice) else found

    def decode(self, encoding: str = "utf-8", errors: str = "replace") -> str:
        return super().decode(encoding, errors)
