"""Headless Chromium over its debugging pipe (descriptors 3 and 4, JSON ended by NUL)."""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile

# Whoever says nothing for so long hangs: whatever is waited for in a page ends after a minute there.
PATIENCE = 150
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def program():
    return next((found for found in map(shutil.which, PROGRAMS) if found), None)


class Failure(Exception):
    pass


def high_pipe():
    """Away from 3 and 4, which are spoken for."""
    ends = os.pipe()
    high = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 16) for end in ends)
    for end in ends:
        os.close(end)
    return high


class Browser:
    """One process with a profile of its own; `with` ends both."""

    def __init__(self, *more):
        self.profile = tempfile.mkdtemp(prefix="cellmesh-browser-")
        down, self.out = high_pipe()
        self.into, up = high_pipe()
        flags = [
            "--headless=new",
            "--remote-debugging-pipe",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--hide-scrollbars",
            "--force-device-scale-factor=1",
            "--font-render-hinting=none",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-extensions",
            "--no-proxy-server",
            f"--user-data-dir={self.profile}",
        ]
        # A group of its own, so that its helpers end with it. The shell puts the pipe where Chromium looks for it.
        self.process = subprocess.Popen(
            [
                "bash",
                "-c",
                f'exec 3<&{down} 4>&{up} {down}<&- {up}>&-; exec "$@"',
                "bash",
                program(),
                *flags,
                *more,
                "about:blank",
            ],
            pass_fds=(down, up),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "TZ": "UTC", "LANG": "C.UTF-8"},
            start_new_session=True,
        )
        os.close(down)
        os.close(up)
        self.rest, self.next, self.events = b"", 0, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close")
            self.process.wait(10)
        except (Failure, OSError, subprocess.TimeoutExpired):
            os.killpg(self.process.pid, 9)
            self.process.wait()
        os.close(self.out)
        os.close(self.into)
        shutil.rmtree(self.profile, ignore_errors=True)

    def message(self):
        while b"\0" not in self.rest:
            if not select.select([self.into], [], [], PATIENCE)[0]:
                raise Failure(f"Chromium hangs: nothing was heard of it for {PATIENCE} s")
            piece = os.read(self.into, 1 << 20)
            if not piece:
                raise Failure("Chromium has ended")
            self.rest += piece
        line, self.rest = self.rest.split(b"\0", 1)
        return json.loads(line)

    def call(self, method, session=None, **parameters):
        self.next += 1
        number = self.next
        order = {"id": number, "method": method, "params": parameters}
        if session:
            order["sessionId"] = session
        data = json.dumps(order).encode() + b"\0"
        while data:
            data = data[os.write(self.out, data) :]
        while True:
            answer = self.message()
            if answer.get("id") != number:
                self.events.append(answer)
                continue
            if "error" in answer:
                raise Failure(f"{method}: {answer['error']}")
            return answer["result"]

    def page(self, width=1440, height=900, scheme="light", before="", **features):
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Tab(self, session, context)
        for domain in ("Page", "Runtime", "Accessibility", "Log"):
            page.call(f"{domain}.enable")
        page.resize(width, height)
        media = [{"name": "prefers-color-scheme", "value": scheme}]
        media += [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        page.call("Emulation.setEmulatedMedia", features=media)
        if before:
            page.call("Page.addScriptToEvaluateOnNewDocument", source=before)
        return page


class Tab:
    def __init__(self, browser, session, context):
        self.browser, self.session, self.context = browser, session, context

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def resize(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def go(self, url):
        self.call("Page.navigate", url=url)

    def run(self, expression):
        """The value of an expression; a promise is waited for."""
        result = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            told = result["exceptionDetails"]
            raise Failure(told.get("exception", {}).get("description", told["text"]))
        return result["result"].get("value")

    def wait(self, expression, attempts=2400):
        """Until an expression holds, asked 40 times a second for a minute: a busy machine is slow, and no failure."""
        return self.run(f"""new Promise((done, failed) => {{
          let left = {attempts};
          const ask = () => {{
            let held = false;
            try {{ held = Boolean({expression}); }} catch {{}}
            if (held) done(true);
            else if (--left === 0) failed(new Error('never: ' + {json.dumps(expression)}));
            else setTimeout(ask, 25);
          }};
          ask();
        }})""")

    def drawn(self):
        """Until all that was told to the page stands on the screen: the frame that draws it, and those after it."""
        frame = "requestAnimationFrame(() => "
        self.run(f"new Promise((done) => {frame * 2}requestAnimationFrame(done){')' * 2})")

    def press(self, key, code=None, text=None):
        text = text if text is not None else (key if len(key) == 1 else "\r" if key == "Enter" else "")
        codes = {"Enter": 13, "Escape": 27, "Tab": 9, "ArrowRight": 39, "ArrowLeft": 37, "ArrowDown": 40, "ArrowUp": 38}
        key_code = codes.get(key, ord(key.upper()) if len(key) == 1 and key.isalnum() else 0)
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                windowsVirtualKeyCode=key_code,
                **({"text": text} if text and kind == "keyDown" else {}),
            )

    def type(self, text):
        for letter in text:
            self.press(letter)

    def picture(self, whole=True):
        """PNG of the whole page, or of what is in view."""
        height = self.run("document.documentElement.scrollHeight") if whole else None
        more = (
            {
                "captureBeyondViewport": True,
                "clip": {"x": 0, "y": 0, "width": self.run("innerWidth"), "height": height, "scale": 1},
            }
            if whole
            else {}
        )
        return base64.b64decode(self.call("Page.captureScreenshot", format="png", **more)["data"])

    def complaints(self):
        """What the page threw, and what its policy and its network refused."""
        told = []
        for event in self.browser.events:
            if event.get("sessionId") != self.session:
                continue
            if event["method"] == "Runtime.exceptionThrown":
                told.append(event["params"]["exceptionDetails"].get("exception", {}).get("description", "exception"))
            if event["method"] == "Log.entryAdded" and event["params"]["entry"]["level"] == "error":
                told.append(event["params"]["entry"]["text"])
        return told

    def close(self):
        self.browser.call("Target.disposeBrowserContext", browserContextId=self.context)
        self.browser.events = [event for event in self.browser.events if event.get("sessionId") != self.session]
