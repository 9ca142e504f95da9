"""Writes down every packet that crosses this namespace, until it is told to stop, but for those of one address."""
import signal, socket, struct, sys

path, skipped = sys.argv[1], socket.inet_aton(sys.argv[2])
listener = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(0x0003))
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
with open(path, "wb", buffering=0) as out:
    print("listening", file=sys.stderr, flush=True)
    while True:
        frame = listener.recv(65536)
        if frame[12:14] != b"\x08\x00" or skipped in (frame[26:30], frame[30:34]):
            continue
        out.write(frame[14:])
