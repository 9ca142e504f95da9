"""Writes down every packet that crosses this namespace, until it is told to stop, but for those of one address."""
import signal, socket, struct, sys

path, is_v6 = sys.argv[1], ":" in sys.argv[2]
skipped = socket.inet_pton(socket.AF_INET6 if is_v6 else socket.AF_INET, sys.argv[2])
# Where source and destination stand in a frame, and what says that they do.
kind, source, target = (b"\x86\xdd", 22, 38) if is_v6 else (b"\x08\x00", 26, 30)
listener = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(0x0003))
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
with open(path, "wb", buffering=0) as out:
    print("listening", file=sys.stderr, flush=True)
    while True:
        frame = listener.recv(65536)
        ends = [frame[place : place + len(skipped)] for place in (source, target)]
        if frame[12:14] != kind or skipped in ends:
            continue
        out.write(frame[14:])
