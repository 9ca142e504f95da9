#!/usr/bin/env python3
"""Holds cellmesh's HTTP/1.1 request parser against llhttp on the same bytes.

    pip install httptools            # llhttp, built in
    scripts/compare-llhttp.py [--mutations N] [--seed S] [--verbose] COMMAND [ARGUMENT...]

COMMAND reads requests from standard input, one per line in hexadecimal, and prints one verdict per line:
`accept METHOD minor=M keepalive=K consumed=N target=TEXT body=HEX`, `incomplete` or `reject STATUS LABEL`
(`cellmesh wire-check`).

Wherever the two differ, ours must be the stricter one. It is a mismatch, and the exit status is 1, when ours accepts
what llhttp refuses, or when both accept and see another method, target, body, version, persistence or end of message.
What ours accepts on purpose beyond llhttp is listed in `allowed`.
"""
import argparse
import collections
import random
import subprocess
import sys

import httptools

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"

WELL_FORMED = [
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /v1/customers/c17/services/ping HTTP/1.1\r\nHost: 127.0.0.1:7000\r\nX-Customer-Id: c17\r\n\r\n",
    b"\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.0\r\n\r\n",
    b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, close\r\n\r\n",
    b"GET http://x:80/a?b=c HTTP/1.1\r\nHost: x\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    b"DELETE /a?b?c=/d HTTP/1.1\r\nHost: x\r\nAccept: a\r\nAccept: b\r\n\r\n",
    b"PUT /a HTTP/1.1\r\nhost:x\r\ncontent-length: 5\r\nA: \t b c\t \r\n\r\nhello",
    b"PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0005\r\n\r\nhello",
    b"GET / HTTP/1.1\r\nHost: x\r\nA:\r\nB: \xc3\xa9\r\n\r\n",
    CHUNKED + b"5\r\nhello\r\n0\r\n\r\n",
    CHUNKED + b"5\r\nhello\r\n6;a=b;c=\"d\"\r\n world\r\n0\r\n\r\n",
    CHUNKED + b"00a\r\n0123456789\r\n0;z\r\nA: b\r\n\r\n",
    CHUNKED + b"A\r\n0123456789\r\n000\r\n\r\n",
]

# Most are refused by ours; what desynchronises proxies.
ODD = [
    HEAD + b"A: b\r\n c\r\n\r\n",
    HEAD + b"A: b\nC: d\r\n\r\n",
    HEAD + b"A: b\rC: d\r\n\r\n",
    HEAD + b"A : b\r\n\r\n",
    HEAD + b"A B: c\r\n\r\n",
    HEAD + b"A\0: c\r\n\r\n",
    HEAD + b"A: \0\r\n\r\n",
    HEAD + b"A: \x7f\r\n\r\n",
    HEAD + b": c\r\n\r\n",
    HEAD + b"A\r\n\r\n",
    HEAD + b"\n",
    HEAD + b"\r\r\n",
    b"GET / HTTP/1.1\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1 \r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.2\r\nHost: x\r\n\r\n",
    b"GET / HTTP/0.9\r\nHost: x\r\n\r\n",
    b"GET / http/1.1\r\nHost: x\r\n\r\n",
    b"GET /\r\n\r\n",
    b"GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /\x80 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n",
    HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\na",
    HEAD + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\na",
    HEAD + b"Content-Length: 1, 1\r\n\r\na",
    HEAD + b"Content-Length: 1 1\r\n\r\na",
    HEAD + b"Content-Length: -1\r\n\r\n",
    HEAD + b"Content-Length: +1\r\n\r\na",
    HEAD + b"Content-Length: 0x1\r\n\r\na",
    HEAD + b"Content-Length:\r\n\r\n",
    HEAD + b"Content-Length: 18446744073709551617\r\n\r\na",
    HEAD + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    HEAD + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunkedx\r\n\r\n0\r\n\r\n",
    HEAD + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    HEAD + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    HEAD + b"Transfer-Encoding:\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    CHUNKED + b"g\r\n",
    CHUNKED + b"-1\r\n",
    CHUNKED + b" 1\r\na\r\n0\r\n\r\n",
    CHUNKED + b"1 \r\na\r\n0\r\n\r\n",
    CHUNKED + b"0x1\r\na\r\n0\r\n\r\n",
    CHUNKED + b"1\na\r\n0\r\n\r\n",
    CHUNKED + b"1\r\nab\r\n0\r\n\r\n",
    CHUNKED + b"1\r\na\n0\r\n\r\n",
    CHUNKED + b"10000000000000001\r\na\r\n0\r\n\r\n",
    CHUNKED + b"1;a\n\r\na\r\n0\r\n\r\n",
    CHUNKED + b"1;\r\na\r\n0\r\n\r\n",
    CHUNKED + b"1;a=\"b\r\na\r\n0\r\n\r\n",
    CHUNKED + b"0\r\nA: b\r\n c\r\n\r\n",
    CHUNKED + b"0\r\nContent-Length: 1\r\n\r\n",
    CHUNKED + b"0\r\nTransfer-Encoding: chunked\r\n\r\n",
]

CORPUS = WELL_FORMED + ODD

Message = collections.namedtuple("Message", "method target minor keepalive body")


class Listener:
    """Collects the first message that llhttp completes."""

    def __init__(self):
        self.parser = httptools.HttpRequestParser(self)
        self.url = b""
        self.body = b""
        self.first = None

    def on_url(self, url):
        self.url += url

    def on_body(self, body):
        self.body += body

    def on_message_complete(self):
        if self.first is None:
            parser = self.parser
            self.first = Message(
                parser.get_method(), self.url, parser.get_http_version()[-1:], parser.should_keep_alive(), self.body)


def llhttp(data):
    """('accept', Message, end), ('incomplete', None, None) or ('reject', reason, None)."""
    listener = Listener()
    # One byte at a time, so that the end of the first message is known.
    for end in range(1, len(data) + 1):
        try:
            listener.parser.feed_data(data[end - 1 : end])
        except httptools.HttpParserUpgrade:
            if listener.first is None:
                return "reject", "upgrade", None
        except Exception as error:  # the wrapper raises several kinds
            return "reject", f"{type(error).__name__}: {error}", None
        if listener.first is not None:
            return "accept", listener.first, end
    return "incomplete", None, None


def ours(verdict):
    words = verdict.split(" ")
    if words[0] != "accept":
        return words[0], " ".join(words[1:]), None
    fields = dict(word.split("=", 1) for word in words[2:])
    message = Message(
        words[1].encode(), fields["target"].encode(), fields["minor"], fields["keepalive"] == "1",
        bytes.fromhex(fields["body"]))
    return "accept", message, int(fields["consumed"])


KNOWN_METHODS = {b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"OPTIONS", b"PATCH", b"TRACE"}


def allowed(our_message, their_reason):
    """What ours passes on although llhttp refuses it: a method that only the router can judge (405)."""
    return our_message is not None and our_message.method not in KNOWN_METHODS


def mutate(data, rng):
    feared = b"\0\t\n\r \"%,/0:;=?\x7f\x80\xff"
    data = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        if not data:
            break
        at = rng.randrange(len(data))
        kind = rng.randrange(6)
        if kind == 0:
            data[at] = rng.randrange(256)
        elif kind == 1:
            del data[at]
        elif kind == 2:
            data.insert(at, rng.choice(feared))
        elif kind == 3:
            data[at] = rng.choice(feared)
        elif kind == 4:
            del data[at : at + rng.randint(1, 24)]
        else:
            data[at:at] = data[at : at + rng.randint(1, 24)]
    return bytes(data)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--mutations", type=int, default=20000, help="mutated requests beside the corpus")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--verbose", action="store_true", help="print where ours is stricter on the corpus")
    arguments.add_argument("command", nargs=argparse.REMAINDER)
    options = arguments.parse_args()
    if not options.command:
        arguments.error("COMMAND is missing")

    rng = random.Random(options.seed)
    inputs = CORPUS + [
        mutate(rng.choice(rng.choice((WELL_FORMED, ODD))), rng) for _ in range(options.mutations)]
    lines = "".join(data.hex() + "\n" for data in inputs)
    answer = subprocess.run(options.command, input=lines, capture_output=True, text=True, check=True)
    verdicts = answer.stdout.splitlines()
    if len(verdicts) != len(inputs):
        sys.exit(f"{len(inputs)} requests, but {len(verdicts)} verdicts")

    counts = collections.Counter()
    mismatches = 0
    for number, (data, verdict) in enumerate(zip(inputs, verdicts)):
        our_kind, our_message, our_end = ours(verdict)
        kind, message, end = llhttp(data)
        counts[f"ours {our_kind}, llhttp {kind}"] += 1
        reason = None
        if our_kind == "accept" and kind != "accept":
            if not allowed(our_message, message):
                reason = f"ours accepts, llhttp: {kind} {message}"
        elif our_kind == "accept":
            # Closing where llhttp would go on is the stricter choice (HTTP/1.0 with both options).
            if our_message not in (message, message._replace(keepalive=False)):
                reason = f"ours {our_message}, llhttp {message}"
            elif our_end != end:
                reason = f"ours ends after {our_end} bytes, llhttp after {end}"
        elif options.verbose and number < len(CORPUS) and kind == "accept":
            print(f"stricter: {data!r}: {verdict}")
        if reason:
            mismatches += 1
            print(f"MISMATCH (seed {options.seed}, input {number}): {data!r}: {reason}")
    for text, count in sorted(counts.items()):
        print(f"{count:8d}  {text}")
    print(f"{mismatches} mismatches in {len(inputs)} requests, seed {options.seed}")
    sys.exit(1 if mismatches else 0)


if __name__ == "__main__":
    main()
