"""Writes tolerances.json: what Chaos Toolkit itself says of tolerances and answers.

    python3 -m venv /tmp/chaos && /tmp/chaos/bin/pip install chaostoolkit==1.19.0 jsonpath2==0.4.5
    /tmp/chaos/bin/python tolerances.py > tolerances.json
"""
import copy
import json
import logging

from chaoslib.exceptions import InvalidActivity
from chaoslib.hypothesis import ensure_hypothesis_tolerance_is_valid, within_tolerance

logging.disable(logging.CRITICAL)

DOCUMENT = {"a": {"b": [1, 2, {"c": 3}]}, "x y": 4, "n": None, "state": "serving", "flag": True, "list": ["u", "v"]}
HTTP = [
    {"status": 200, "headers": {}, "body": DOCUMENT},
    {"status": 200, "headers": {}, "body": json.dumps(DOCUMENT)},
    {"status": 404, "headers": {}, "body": "no such record\n"},
    {"status": 503, "headers": {}, "body": ""},
    {"status": 204, "headers": {}, "body": " 42 \n"},
    {"status": 200, "headers": {}, "body": "1.5e1"},
    {"status": 200, "headers": {}, "body": 7},
    {"status": 200, "headers": {}, "body": [1, [2, 3]]},
]
PROCESS = [
    {"status": 0, "stdout": "ok\n", "stderr": ""},
    {"status": 1, "stdout": "", "stderr": "error: Timeout 30s\n"},
    {"status": 0, "stdout": "17\n", "stderr": "warning"},
    {"status": 0, "stdout": json.dumps(DOCUMENT), "stderr": ""},
    {"status": -9, "stdout": "-3", "stderr": ""},
]
COMMON = [
    True, False, 200, 0, 404, 1, "ok", "200", [200, 204], [0, 1], [200, 299], [500],
    {"type": "range", "range": [0, 50], "target": "status"},
    {"type": "range", "range": [200, 299], "target": "status"},
    {"type": "range", "range": [5, 1], "target": "status"},
    {"type": "jsonpath", "path": "$.status", "expect": 200},
    {"type": "jsonpath", "path": "$.status", "expect": [0]},
    {"type": "jsonpath", "path": "$.status", "expect": [0, 1]},
    {"type": "jsonpath", "path": "$", "count": 1},
]


def parts(target):
    yield {"type": "range", "range": [10, 50], "target": target}
    yield {"type": "range", "range": [-5.5, 7], "target": target}
    for pattern in [
        "ok", "^ok$", "^ok\\Z", "(?i)timeout", "\\d+s\\b", "serving|degraded", "[^a-z]{3,}", "no\\s+such", "^$", "re.?cord",
        "\"state\": \"serving\"", "x{2,}", "^\\s*-?\\d+\\s*$", "(?:a|b)+c?", "\\bflag\\b", "[\\w-]+@", "$", "\\.", "e+r{2}or",
    ]:
        yield {"type": "regex", "pattern": pattern, "target": target}
    for path in [
        "$", "$.a.b[0]", "$.a.b[*]", "$.a.b[2].c", "$.a.b[-1]", "$.a.b[9]", "$.a[*]", "$.a.*", '$["a"]["b"][1]', '$["x y"]',
        "$.n", "$.z", "$.a.b.c", "$.a.b[*].c", "$.*", "$[*]", "$[0]", "$[1][*]", "$.state", "$.flag", "$.list[*]", "$.list",
    ]:
        yield {"type": "jsonpath", "path": path, "target": target}
        yield {"type": "jsonpath", "path": path, "target": target, "count": 1}
        yield {"type": "jsonpath", "path": path, "target": target, "count": 0}
    yield {"type": "jsonpath", "path": "$.a.b[*]", "target": target, "count": 3}
    yield {"type": "jsonpath", "path": "$.a.b[0]", "target": target, "count": 3}
    for path, expect in [
        ("$.a.b[0]", 1), ("$.a.b[0]", [1]), ("$.a.b[0]", 1.0), ("$.a.b[0]", "1"), ("$.a.b[0]", 2), ("$.state", "serving"),
        ("$.state", ["serving"]), ("$.flag", True), ("$.flag", [True]), ("$.flag", False), ("$.n", None), ("$.n", [None]),
        ("$.list[*]", ["u", "v"]), ("$.list[*]", ["v", "u"]), ("$.list", [["u", "v"]]), ("$.a.b[*]", [1, 2, {"c": 3}]),
        ("$.z", []), ("$.a.b[*].c", 3), ("$.a", {"b": [1, 2, {"c": 3}]}), ("$.a.b[2]", {"c": 3.0}),
    ]:
        yield {"type": "jsonpath", "path": path, "target": target, "expect": expect}


def verdict(tolerance, answer):
    try:
        ensure_hypothesis_tolerance_is_valid(tolerance)
        return bool(within_tolerance(copy.deepcopy(tolerance), copy.deepcopy(answer)))
    except InvalidActivity:
        return "invalid"
    except Exception:
        return "error"


def table(provider, answers, targets):
    for tolerance in COMMON + [t for target in targets for t in parts(target)] + [
        {"type": "regex", "pattern": "ok"}, {"type": "range", "range": [0, 5]}, 1.5,
        {"type": "regex", "pattern": "ok", "target": "status"}, {"type": "regex", "pattern": "(", "target": targets[0]},
    ]:
        yield {
            "provider": provider, "tolerance": tolerance, "verdicts": [verdict(tolerance, answer) for answer in answers],
        }


rows = list(table("http", HTTP, ["body"])) + list(table("process", PROCESS, ["stdout", "stderr"]))
head = ",\n".join(json.dumps(row) for row in rows)
print(f'{{"http": {json.dumps(HTTP)},\n"process": {json.dumps(PROCESS)},\n"rows": [\n{head}\n]}}')
