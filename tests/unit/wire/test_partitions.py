from __future__ import annotations

from aiokafka.partitioner import murmur2 as known
from hypothesis import given
from hypothesis import strategies as st

from wireroom.wire.kafka.partitions import murmur2, partition_of


@given(st.binary(max_size=80))
def test_every_key_hashes_as_in_other_clients(key: bytes) -> None:
    assert murmur2(key) == known(key) & 0xFFFFFFFF


def test_the_java_clients_own_examples_hold() -> None:
    # UtilsTest.testMurmur2 of Apache Kafka
    assert murmur2(b"21") == -973932308 & 0xFFFFFFFF
    assert murmur2(b"foobar") == -790332482 & 0xFFFFFFFF
    assert partition_of(b"foobar", 12) == (-790332482 & 0x7FFFFFFF) % 12
