"""What a container may do, and what its inspection gives away."""

from __future__ import annotations

import json

from deploy.check.engine import Compose, Failed, docker
from deploy.check.transcript import Transcript
from deploy.check.watch import WORKERS

SECRETS = {"postgres": "/run/secrets/postgres/password", "grafana": "/run/secrets/grafana/password"}


def safe(compose: Compose, out: Transcript) -> None:
    out.step("no root, nothing to write, no secret told")
    for container in compose.containers():
        host = container.inspected["HostConfig"]
        wrong = []
        if "no-new-privileges:true" not in (host["SecurityOpt"] or []):
            wrong.append("may gain privileges")
        if host["CapDrop"] != ["ALL"]:
            wrong.append("has capabilities")
        if not host["Memory"]:
            wrong.append("has no memory limit")
        published = [b["HostIp"] for p in (host["PortBindings"] or {}).values() for b in p]
        if set(published) - {"127.0.0.1"}:
            wrong.append(f"listens on {published}")
        if container.service in WORKERS:
            wrong += _worker(container.name, container.inspected["Config"]["User"])
            if not host["ReadonlyRootfs"]:
                wrong.append("may write to its image")
        if wrong:
            raise Failed(f"{container.name} {', '.join(wrong)}")
    _secrets(compose)
    out.say(f"{len(compose.containers())} containers; no password in inspect or logs")


def _worker(name: str, user: str) -> list[str]:
    wrong = [] if docker("exec", name, "id", "-u").strip() == user.split(":")[0] else ["other uid"]
    if user.split(":")[0] in ("", "0", "root"):
        wrong.append("runs as root")
    probe = "import sys\ntry: open(sys.argv[1] + '/probe', 'w')\nexcept OSError: print('refused')"
    for folder in ("/", "/opt/wireroom", "/usr/local", "/run/secrets/postgres", "/var/tmp"):
        if docker("exec", name, "python", "-c", probe, folder).strip() != "refused":
            wrong.append(f"can write to {folder}")
    return wrong


def _secrets(compose: Compose) -> None:
    told = json.dumps([c.inspected for c in compose.containers()])
    told += compose("logs", "--no-color").stdout
    for service, path in SECRETS.items():
        secret = compose("exec", "-T", service, "cat", path).stdout.strip()
        if len(secret) < 24:
            raise Failed(f"the password of {service} is short", "passwords")
        if secret in told:
            raise Failed(f"the password of {service} can be read in inspect or logs", service)
