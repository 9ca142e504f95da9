"""What the tests with a container engine share."""
import pathlib, shutil, os, socket, subprocess, time, urllib.error, urllib.request

root = pathlib.Path(__file__).resolve().parent.parent
patience = 90


class Failure(Exception):
    pass


def engine(given=None):
    """Podman, or a wrapper of it; None where nothing of the kind works here."""
    found = given or os.environ.get("PODMAN") or shutil.which("podman")
    return found if found and not run(found, "info", ok=False).returncode else None


def run(*words, limit=120, ok=True, **options):
    # In a session of its own: an interrupt ends the script, which then cleans up.
    done = subprocess.run(words, capture_output=True, text=True, timeout=limit, start_new_session=True, **options)
    if ok and done.returncode:
        raise Failure(f"{' '.join(words)} ended with {done.returncode}: {done.stderr[-2000:]}{done.stdout[-500:]}")
    return done


def request(port, method, path, body=None):
    """Status, header fields and body; None where nobody answers."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/v1/customers/{path}", method=method, data=body)
    try:
        with urllib.request.urlopen(asked, timeout=5) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers, refused.read()
    except OSError:
        return None


def shard(port):
    """How many of c1's cells serve, of how many."""
    answer = request(port, "GET", "c1/services/user")
    return answer and answer[0] == 200 and answer[1]["X-Shard"]


def eventually(what, holds, limit=patience):
    """What it gives as soon as it holds."""
    end = time.monotonic() + limit
    while True:
        found = holds()
        if found:
            return found
        if time.monotonic() > end:
            raise Failure(f"not in {limit} s: {what}")
        time.sleep(0.1)


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return min(free.getsockname()[1], 65_000)
