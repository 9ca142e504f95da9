"""Serves the page and a recording as the control plane does, until somebody says what comes next."""

import http.server
import json
import threading


class Api(http.server.ThreadingHTTPServer):
    """`messages` are sent to every stream from the start. `answers` maps paths to answers."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, page, policy):
        super().__init__(("127.0.0.1", 0), Handler)
        self.page, self.policy = page, policy
        self.messages, self.answers, self.asked = [], {}, []
        self.news = threading.Condition()
        self.is_up, self.generation = True, 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def play(self, messages):
        with self.news:
            self.messages, self.is_up = list(messages), True
            self.generation += 1
            self.news.notify_all()

    def push(self, message):
        """One more message to whoever reads."""
        with self.news:
            self.messages.append(message)
            self.news.notify_all()

    def cut(self):
        """Ends all streams and answers nothing more until something is played."""
        with self.news:
            self.is_up = False
            self.generation += 1
            self.news.notify_all()

    def handle_error(self, *_):
        """Readers leave; that is no news."""


class Handler(http.server.BaseHTTPRequestHandler):
    server: Api

    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/json", **headers):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        path = self.path.split("?")[0]
        if path == "/ui":
            self.answer(200, self.server.page, "text/html; charset=utf-8", Content_Security_Policy=self.server.policy)
        elif not self.server.is_up:
            self.close_connection = True
        elif path == "/v1/live":
            self.stream()
        elif path in self.server.answers:
            self.answer(200, self.server.answers[path])
        else:
            self.answer(404, {"title": "no such resource", "detail": f"{path} is not recorded"})

    def stream(self):
        server = self.server
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        with server.news:
            generation, sent = server.generation, 0
        while True:
            with server.news:
                server.news.wait_for(lambda: server.generation != generation or len(server.messages) > sent)
                if server.generation != generation:
                    self.close_connection = True
                    return
                batch, sent = server.messages[sent:], len(server.messages)
            lines = []
            for event, data in batch:
                number = f"id: {data['seq']}\n" if "seq" in data else ""
                lines.append(f"event: {event}\n{number}data: {json.dumps(data)}\n\n")
            self.wfile.write("".join(lines).encode())
            self.wfile.flush()

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        self.server.asked.append((self.path, body, dict(self.headers)))
        answer = self.server.answers.get(self.path)
        if callable(answer):
            answer = answer(body)
        if answer is None:
            self.answer(404, {"title": "no such resource"})
        elif isinstance(answer, tuple):
            self.answer(*answer)
        else:
            self.answer(200, answer)
