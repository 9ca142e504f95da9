"""A mesh for recordings of the feed: no model of one, only its looks. From a seed, the same on every machine."""

import base64
import math
import random

BEGIN = 1_772_366_400.0  # 2026-03-01T12:00:00Z
STATES = [
    "unknown",
    "starting",
    "serving",
    "degraded",
    "refilling",
    "unreachable",
    "paused",
    "down",
    "evacuated",
    "drained",
]
CONDITIONS = [
    "none",
    "differ",
    "no-news",
    "partly-reached",
    "zombie",
    "slowpoke",
    "flapper",
    "liar",
    "amnesiac",
    "store-broken",
    "store-full",
    "refilling",
    "not-ready",
    "pool-full",
    "reduced",
    "unhealthy",
]
WITNESSES = {
    "process": ["unknown", "running", "starting", "stopped", "gone"],
    "gossip": ["unknown", "alive", "suspect", "dead", "left"],
    "traffic": ["unknown", "reached", "partly", "none"],
}
UNSEEN, UNTOUCHED, DEGRADED, LOST = range(4)


def at(second):
    """Milliseconds since 1970."""
    return round((BEGIN + second) * 1000)


def rfc3339(second):
    whole = int(BEGIN + second)
    minutes, seconds = divmod(whole % 3600, 60)
    millis = round((BEGIN + second - whole) * 1000)
    return f"2026-03-01T{whole // 3600 % 24:02}:{minutes:02}:{seconds:02}.{millis:03}Z"


def numbers(values):
    return b"".join(value.to_bytes(2, "little") for value in values)


class Mesh:
    """A mesh whose figures follow from what is done to it; no model of one, only its looks."""

    def __init__(
        self,
        name="three-regions",
        regions=("us-east", "us-west", "eu-west"),
        zones=2,
        cells=12,
        customers=1000,
        k=3,
        rate=412.0,
    ):
        self.random = random.Random(7)
        self.name, self.regions, self.rate, self.k = name, list(regions), rate, k
        self.zones = [(zone, region) for region in range(len(regions)) for zone in "abcdefgh"[:zones]]
        each = cells // len(regions)
        self.cells, self.zone = [], []
        for region, word in enumerate(self.regions):
            for number in range(each):
                self.cells.append(f"{word}-{number + 1}")
                self.zone.append(region * zones + number % zones)
        self.region = [self.zones[zone][1] for zone in self.zone]
        self.shards = [self.draw_shard(each) for _ in range(customers)]
        self.order = self.random.sample(range(1, customers + 1), customers)
        self.state = ["serving"] * cells
        self.process = ["running"] * cells
        self.gossip = ["alive"] * cells
        self.traffic = ["reached"] * cells
        self.condition = ["none"] * cells
        self.age = [0] * cells
        self.slow = [1.0] * cells
        self.error = [0.0] * cells
        self.worst = [UNSEEN] * customers
        self.differing = 0
        self.faults, self.breakers, self.alerts, self.events = [], [], [], []
        self.evacuation, self.halt, self.opened = None, None, None
        self.told, self.load, self.drill, self.monkey = 0, None, None, None
        self.over, self.impaired = None, []
        self.views, self.shed, self.retry, self.amp = [cells + 1, cells + 1], 0.0, 0.0, 1.02

    def draw_shard(self, each):
        regions = self.random.sample(range(len(self.regions)), min(self.k, len(self.regions)))
        return [region * each + self.random.randrange(each) for region in regions]

    def index(self, name):
        return self.cells.index(name)

    def event(self, second, type, action, name, **attributes):
        self.told += 1
        observers = [attributes["observer"]] if "observer" in attributes else []
        record = {"time": rfc3339(second), "type": type, "action": action, "id": name, "attributes": attributes}
        self.events.append({"n": self.told, "event": record, "observers": observers, "seen": len(observers)})

    def is_down(self, cell):
        return self.state[cell] in ("down", "unreachable", "paused")

    def predicted(self, shard):
        down = sum(self.is_down(cell) for cell in shard)
        return LOST if down == len(shard) else DEGRADED if down else UNTOUCHED

    def headline(self):
        """As the feed judges it."""
        away = [state in ("evacuated", "drained") for state in self.state]
        taking = [cell for cell in range(len(self.cells)) if not away[cell]]
        serving = sum(self.state[cell] in ("serving", "degraded", "refilling") for cell in taking)
        why = list(self.impaired)
        for condition, words in (("differ", "witnesses differ"), ("slowpoke", "slowpoke"), ("zombie", "zombie")):
            names = [self.cells[cell] for cell in taking if self.condition[cell] == condition]
            if names:
                more = f" and {len(names) - 1} more:" if len(names) > 1 else ""
                why.append(f"{names[0]}{more} {words}")
        sound = serving == len(taking) and not why
        return {
            "word": "down" if serving == 0 else "serving" if sound else "degraded",
            "serving": serving,
            "of": len(taking),
            "evacuated": self.state.count("evacuated"),
            "drained": self.state.count("drained"),
            "why": why[:4],
        }

    # One tick -----------------------------------------------------------------------------------------------------

    def columns(self, second):
        cells = range(len(self.cells))
        takes = [
            (
                0.0
                if self.is_down(c) or self.state[c] in ("evacuated", "drained") or self.traffic[c] == "none"
                else 1.0 + 0.25 * math.sin(c * 2.4)
            )
            for c in cells
        ]
        whole = sum(takes) or 1.0
        wave = 1 + 0.05 * math.sin(second / 17) + 0.02 * math.sin(second / 3.1)
        rps = [
            self.rate * wave * share / whole * (1 + 0.04 * math.sin(second * 0.9 + c)) for c, share in enumerate(takes)
        ]
        usual = self.rate / len(self.cells)
        util = [
            min(0.98, 0.42 * r / usual * (1 + 0.3 * (self.slow[c] - 1) / self.slow[c]) if r else 0.0)
            for c, r in enumerate(rps)
        ]
        p99 = [
            None if not r else 24 * self.slow[c] * (1 + util[c]) * (1 + 0.08 * math.sin(second * 1.3 + c * 5))
            for c, r in enumerate(rps)
        ]
        rounded = lambda values, digits: [None if v is None else round(v, digits) for v in values]
        return {
            "state": [STATES.index(s) for s in self.state],
            **{name: [words.index(word) for word in getattr(self, name)] for name, words in WITNESSES.items()},
            "condition": [CONDITIONS.index(c) for c in self.condition],
            "rps": rounded(rps, 1),
            "err": rounded(self.error, 4),
            "p50": rounded([p and p / 9 for p in p99], 2),
            "p99": rounded(p99, 1),
            "util": rounded(util, 3),
            "waiting": [int(max(0, u - 0.85) * 40) for u in util],
            "shed": [0 for _ in cells],
            "retry": [0 for _ in cells],
            "lag": [0.4 for _ in cells],
            "age": list(self.age),
        }

    def impact(self, second):
        predicted = [self.predicted(shard) for shard in self.shards]
        if self.opened is not None:
            seen = min(1.0, 0.2 + (second - self.opened) / 60)
            for customer, mark in enumerate(predicted):
                if (customer * 37) % 100 < seen * 66.6:
                    self.worst[customer] = max(self.worst[customer], mark)
            for customer in range(self.differing):
                self.worst[customer * 41] = (
                    DEGRADED if predicted[customer * 41] == UNTOUCHED else self.worst[customer * 41]
                )
        tally = lambda marks: {
            "lost": marks.count(LOST),
            "degraded": marks.count(DEGRADED),
            "untouched": marks.count(UNTOUCHED),
        }
        of_seen = [mark for mark, worst in zip(predicted, self.worst) if worst != UNSEEN]
        packed = bytearray((len(self.worst) + 1) // 2)
        for customer, (expected, seen) in enumerate(zip(predicted, self.worst)):
            packed[customer >> 1] |= (expected | seen << 2) << 4 * (customer & 1)
        return {
            "open": self.opened is not None and self.over is None,
            **({} if self.over is None else {"ended": at(self.over)}),
            "since": None if self.opened is None else at(self.opened),
            "seen": len(of_seen),
            "predicted": {**tally(predicted), "no_quorum": 0},
            "of_those_seen": tally(of_seen),
            "observed": tally(self.worst),
            "different": sum(w not in (UNSEEN, p) for w, p in zip(self.worst, predicted)),
            "marks": None if self.opened is None else base64.b64encode(bytes(packed)).decode(),
        }

    def tick(self, second, seq):
        cells = self.columns(second)
        rps = sum(cells["rps"])
        known = [p for p in cells["p99"] if p is not None]
        error = sum(r * e for r, e in zip(cells["rps"], cells["err"])) / rps if rps else 0
        return {
            "seq": seq,
            "t": at(second),
            "cells": cells,
            "mesh": {
                "rps": round(rps, 1),
                "ok": round(1 - error - 0.0002, 5) if rps else None,
                "err": round(error * rps, 2),
                "p50": round(sum(known) / len(known) / 9, 1) if known else None,
                "p99": round(sum(known) / len(known), 1) if known else None,
                "shed": self.shed,
                "retry": self.retry,
                "views": list(self.views),
                "headline": self.headline(),
            },
            "amplification": [
                {"layer": "router", "ratio": self.amp},
                {"layer": "checkout", "ratio": round(self.amp * 1.08, 2)},
            ],
            "impact": self.impact(second),
            "breakers": [dict(b) for b in self.breakers],
            "faults": [dict(f) for f in self.faults],
            "evacuation": self.evacuation and dict(self.evacuation),
            "drill": self.drill,
            "monkey": self.monkey,
            "halt": self.halt,
            "alerts": list(self.alerts),
            "load": self.load and dict(self.load, sent=int(second * self.rate)),
            "host": {"pressure": 0.1, "steal": 0, "lateness_p99_ms": 1.2},
        }

    def shape(self):
        packed = numbers(cell for shard in self.shards for cell in shard)
        return {
            "epoch": 1,
            "k": self.k,
            "spread": "region",
            "regions": self.regions,
            "zones": {"name": [name for name, _ in self.zones], "at": [region for _, region in self.zones]},
            "cells": {"name": self.cells, "at": self.zone, "weight": [1] * len(self.cells)},
            "routers": {"name": ["r1"], "at": [0]},
            "services": ["storefront", "checkout", "shipping"],
            "edges": [[0, 1], [1, 2]],
            "customers": {
                "count": len(self.shards),
                "order": base64.b64encode(numbers(self.order)).decode(),
                "shards": base64.b64encode(packed).decode(),
            },
        }

    def record(self, seconds, happen=lambda second, mesh: None, source="live"):
        hello = {
            "feed": 1,
            "schema": "cellmesh/1",
            "mesh": self.name,
            "source": source,
            "boot": "b1",
            "now": at(0),
            "period_ms": 1000,
            "history_ms": 900_000,
            "states": STATES,
            "conditions": CONDITIONS,
            "witnesses": WITNESSES,
        }
        messages = [("hello", hello), ("shape", self.shape())]
        before = None
        for second in range(seconds + 1):
            happen(second, self)
            told, self.events = self.events, []
            state = self.tick(second, second + 1)
            messages.append(("state", state) if before is None else ("delta", delta(before, state)))
            if told:
                messages.append(("event", {"events": told, "missed": 0}))
            before = state
        return messages


def delta(before, after):
    """What of a state has changed."""
    made = {"seq": after["seq"], "t": after["t"]}
    rows = [
        i
        for i in range(len(after["cells"]["state"]))
        if any(before["cells"][name][i] != values[i] for name, values in after["cells"].items())
    ]
    columns = {
        name: [values[i] for i in rows] for name, values in after["cells"].items() if before["cells"][name] != values
    }
    if rows:
        made["cells"] = {"i": rows, **columns}
    made.update(
        {name: value for name, value in after.items() if name not in ("seq", "t", "cells") and before[name] != value}
    )
    return made
