"""Ten scenes for the page, as recordings of the feed: lists of (event, data)."""

from mesh import LOST, Mesh, at

# What is done to a mesh ---------------------------------------------------------------------------------------------


def kill(mesh, second, when, name, by=("us-west-4", "eu-west-1")):
    cell = mesh.index(name)
    if second == when:
        mesh.state[cell], mesh.process[cell], mesh.traffic[cell], mesh.opened = "down", "gone", "none", second
        mesh.views, mesh.retry, mesh.amp = [1, len(mesh.cells) + 1], 9.0, 1.11
        mesh.event(second, "process", "killed", name, signal="SIGKILL")
    if second == when + 1:
        mesh.gossip[cell] = "suspect"
        mesh.event(second + 0.350, "member", "suspect", name, observer=by[0], probes=1, relays=3)
        mesh.event(second + 0.610, "member", "suspect", name, observer=by[1], probes=1, relays=3)
    if second == when + 2:
        mesh.gossip[cell], mesh.views = "dead", [len(mesh.cells), len(mesh.cells)]
        mesh.event(second + 0.120, "member", "dead", name, observer=by[0], incarnation=1)
    if second == when + 6:
        mesh.retry, mesh.amp = 0.4, 1.02


def fault(mesh, second, ident, kind, targets, hits, lasts=300, what=None):
    told = {"id": ident, "kind": kind, "targets": targets, "until": at(second + lasts), "hits": hits}
    mesh.faults.append({**told, "what": what} if what else told)
    mesh.event(second, "fault", "added", ident, kind=kind, targets=" ".join(targets))


def whole():
    return Mesh().record(300)


def killed():
    def happen(second, mesh):
        kill(mesh, second, 260, "us-east-1")

    return Mesh().record(300, happen)


def poison():
    def happen(second, mesh):
        for place, cell in enumerate(mesh.shards[17]):
            kill(mesh, second, 200 + 14 * place, mesh.cells[cell])
        if second == 200:
            mesh.event(second - 1, "slo", "burning", "availability", rate=14.4)
        if second == 232:
            lost = sum(mesh.predicted(shard) == LOST for shard in mesh.shards)
            mesh.alerts = [{"name": "NoQuorum", "subject": "mesh", "since": at(second), "value": lost}]

    return Mesh().record(290, happen)


def partition():
    def happen(second, mesh):
        if second == 240:
            fault(mesh, second, "f1", "partition", ["region/eu-west", "router/r1"], 0)
            mesh.opened = second
        if second >= 240:
            mesh.faults[0]["hits"] = (second - 240) * 61
        if second == 242:
            for cell in range(8, 12):
                mesh.traffic[cell], mesh.state[cell], mesh.condition[cell] = "none", "unreachable", "differ"
                mesh.event(second + cell / 50, "ejection", "demoted", mesh.cells[cell], observer="r1", unanswered=3)
            mesh.amp, mesh.differing = 1.31, 6

    return Mesh().record(300, happen)


def evacuation(end=300, rolled=False):
    percents = [5, 25, 50, 75, 95, 100]

    def happen(second, mesh):
        if second < 180:
            return
        passed = second - 180
        stage = min(1 + passed // 30, 6)
        moved = min(64, round(64 * percents[stage - 1] / 100))
        if passed % 30 == 0 and stage <= 6:
            mesh.event(
                second, "evacuation", "started" if stage == 1 else "stage", "us-east", percent=percents[stage - 1]
            )
        failed = rolled and second >= 270
        mesh.evacuation = {
            "schema": "cellmesh/1",
            "region": "us-east",
            "kind": "evacuate",
            "outcome": "rolled-back" if failed else "running",
            "stage": stage,
            "percent": percents[stage - 1],
            "step": None if failed else ("fill", "switch", "watch")[passed // 10 % 3],
            "cohorts": {"moved": 0 if failed else moved, "of": 64},
            "records": {"copied": moved * 1507, "verified": moved * 1507 - 12 * (passed % 3), "different": 0},
            "eta_ms": None if failed else (360 - second) * 1000,
            "reason": (
                "errors 2.4 % of 1 204 requests, above 1 %: everybody is back where they were" if failed else None
            ),
            "gate": [
                {"name": "errors", "value": "2.4 %" if failed else "0.2 %", "bound": "1 %", "ok": not failed},
                {"name": "p99", "value": "41 ms", "bound": "120 ms", "ok": True},
            ],
            "targets": [
                {"cell": "us-west-2", "load": 0.71, "headroom": 0.85},
                {"cell": "eu-west-3", "load": 0.64, "headroom": 0.85},
            ],
            "write_pause_ms": {"p50": 9, "p99": 41, "max": 66},
            "stages": percents,
        }
        if failed and second == 270:
            mesh.event(second, "evacuation", "rolled-back", "us-east", reason="errors above 1 %")
        for cell in range(4):
            mesh.slow[cell + 4] = 1.4
            if not rolled and stage >= 5 and cell < 3:
                mesh.state[cell] = "evacuated"

    return Mesh().record(end, happen)


def rolled_back():
    return evacuation(290, rolled=True)


def faulty():
    def happen(second, mesh):
        if second == 150:
            what = "latency 30 ms ± 3.00 ms"
            fault(mesh, second, "f3", "latency", ["router/r1", "region/eu-west"], 0, what=what)
            fault(mesh, second, "f4", "loss", ["cell/us-west-3", "cell/us-west-1"], 0, lasts=200, what="loss 5.00 %")
        if second >= 150:
            mesh.faults[0]["hits"] = (second - 150) * 9
            for cell in range(8, 12):
                mesh.slow[cell] = 2.2
        if second == 200:
            fault(mesh, second, "f5", "slow", ["cell/us-east-4"], 1204, lasts=600)
            mesh.condition[3], mesh.slow[3], mesh.error[3] = "slowpoke", 30.0, 0.043
            mesh.event(second + 3.2, "ejection", "demoted", "us-east-4", observer="r1", p99="1.4 s")
        if second == 215:
            mesh.breakers = [
                {
                    "name": "us-east-4/checkout/shipping",
                    "state": "open",
                    "since": at(215),
                    "failure": 0.62,
                    "calls": 21,
                },
                {
                    "name": "us-east-4/storefront/checkout",
                    "state": "half-open",
                    "since": at(222),
                    "failure": 0.31,
                    "calls": 40,
                },
            ]
            mesh.event(second, "breaker", "open", "us-east-4/checkout/shipping", failure_rate=0.62)
            mesh.shed, mesh.amp = 11.0, 1.18

    return Mesh().record(280, happen)


def empty():
    return Mesh(rate=0.0).record(30)


def large(ticks=60):
    def happen(second, mesh):
        if second == 30:
            for cell in range(0, 50, 2):
                kill(mesh, 30, 30, mesh.cells[cell])
                mesh.gossip[cell] = "dead"
            mesh.views = [1001, 1001]
            mesh.condition[333], mesh.condition[777], mesh.age[777] = "zombie", "no-news", 9
            mesh.traffic[512], mesh.condition[512] = "none", "differ"

    regions = [f"region-{number:02}" for number in range(1, 11)]
    return Mesh("a-thousand", regions, zones=4, cells=1000, customers=10_000, rate=21_500.0).record(ticks, happen)


SCENES = {
    "whole": whole,
    "kill": killed,
    "poison": poison,
    "partition": partition,
    "evacuation": evacuation,
    "rolled-back": rolled_back,
    "fault": faulty,
    "empty": empty,
    "disconnected": killed,
    "thousand-cells": large,
}
