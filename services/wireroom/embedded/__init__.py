"""A real Kafka and a real PostgreSQL on one machine, as child processes: no Docker, no system Java.

``servers.servers`` starts both and says where they are; ``supervise.supervise`` keeps the services
themselves running. Two third parties are used here beside their usual doors: aiokafka to ask the
broker whether it is ready, asyncpg to ask PostgreSQL the same and to create the database.
"""
