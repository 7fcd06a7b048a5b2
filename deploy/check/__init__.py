"""``make compose-check``: deploy/compose.yaml from nothing to nothing, on a real engine.

Everything is asked from outside, as an operator would: ``docker compose``, a foreign Kafka
client, psql, Prometheus. Each step is a function; what it finds goes into the transcript.
"""
