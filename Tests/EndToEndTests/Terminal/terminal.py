"""Uses `cellmesh top` on terminals of its own: terminal.py SCENARIO PROGRAM. Prints what it has seen as JSON."""
import fcntl, json, os, pty, re, select, signal, struct, subprocess, sys, termios, time

# How often a condition is looked at; each look waits up to 50 ms for bytes.
LOOKS = 400


class Terminal:
    """As much of a terminal as top uses."""

    def __init__(self, arguments, rows=24, columns=100):
        self.rest, self.row, self.column, self.is_other, self.has_cursor = "", 0, 0, False, True
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.execvp(arguments[0], arguments)
        self.resize(rows, columns)
        self.former = self.settings()

    def resize(self, rows, columns, clear=True):
        self.rows, self.columns = rows, columns
        if clear:
            self.lines = [[" "] * columns for _ in range(rows)]
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def settings(self):
        return termios.tcgetattr(self.descriptor)[:4]

    def press(self, text):
        os.write(self.descriptor, text.encode())

    def pump(self):
        """Takes what has come; False where nothing has, or nothing will."""
        if not select.select([self.descriptor], [], [], 0.05)[0]:
            return False
        try:
            self.take(os.read(self.descriptor, 65536).decode("utf8", "replace"))
        except OSError:
            # The program has closed it, and is about to end.
            time.sleep(0.05)
            return False
        return True

    def take(self, text):
        text, place = self.rest + text, 0
        while place < len(text):
            if text[place] == "\x1b":
                code = re.match(r"\x1b\[([?0-9;]*)([A-Za-z])", text[place:])
                if not code:
                    break
                self.obey(*code.groups())
                place += code.end()
                continue
            if text[place] == "\n" and self.row == self.rows - 1:
                self.lines = self.lines[1:] + [[" "] * self.columns]
            elif text[place] == "\n":
                self.row += 1
            elif text[place] == "\r":
                self.column = 0
            elif self.row < self.rows and self.column < self.columns:
                self.lines[self.row][self.column] = text[place]
                self.column += 1
            place += 1
        self.rest = text[place:]

    def obey(self, parameters, final):
        if final == "H":
            numbers = [int(number or 1) for number in (parameters or "1;1").split(";")]
            self.row, self.column = numbers[0] - 1, numbers[1] - 1
        elif final == "J":
            self.lines = [[" "] * self.columns for _ in range(self.rows)]
        elif final == "K" and self.row < self.rows:
            self.lines[self.row][self.column:] = [" "] * (self.columns - self.column)
        elif parameters == "?1049":
            if final == "h" and not self.is_other:
                self.shell = ([list(line) for line in self.lines], self.row, self.column)
            elif final == "l" and self.is_other:
                self.lines, self.row, self.column = self.shell
                self.resize(self.rows, self.columns, clear=len(self.lines) != self.rows)
            self.is_other = final == "h"
        elif parameters == "?25":
            self.has_cursor = final == "h"

    @property
    def text(self):
        return "\n".join("".join(line).rstrip() for line in self.lines)

    def until(self, holds):
        # Looks at which something came are no wait; there is an end to them all the same.
        idle = 0
        for _ in range(10 * LOOKS):
            if holds():
                return True
            idle += not self.pump()
            if idle >= LOOKS:
                break
        sys.stderr.write(self.text + "\n")
        return False

    def shows(self, *words):
        return self.until(lambda: all(word in self.text for word in words))

    def has_foreground(self):
        """Whether a job of the shell has the terminal: a shell tells that it goes on before it has."""
        return os.tcgetpgrp(self.descriptor) != self.pid

    def ended(self):
        """The status of the program's end; None where it does not end."""
        for _ in range(LOOKS):
            self.pump()
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                while self.pump():
                    pass
                return status
        return None

    def is_given_back(self):
        return not self.is_other and self.has_cursor and self.settings() == self.former


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True)


def use():
    seen, top = {}, Terminal([PROGRAM, "top", "--every", "500ms"])
    seen["serving"] = top.shows("SERVING 3/3")
    top.press("/b-1\r")
    top.shows("/b-1")
    top.press("k")
    seen["predicted"] = top.shows("kill b-1", "10 degraded", "y: kill b-1")
    top.press("y")
    seen["killed"] = top.shows("DEGRADED 2/3", "down")
    top.resize(15, 60)
    seen["small"] = top.until(lambda: "DEGRADED 2/3" in top.text and top.lines[14][0] != " ")
    top.resize(5, 20)
    seen["tiny"] = top.until(lambda: "b-1" in top.text and "down" in top.text)
    top.resize(24, 100)
    os.kill(json.loads(run("status", "-o", "json").stdout)["control"]["pid"], signal.SIGKILL)
    seen["lost"] = top.shows("no news for", "traffic does not need it", "DEGRADED 2/3")
    top.press("k")
    seen["refused"] = top.shows("no actions while")
    run("up", "--detach")
    seen["back"] = top.until(lambda: "no news" not in top.text and "DEGRADED" in top.text)
    top.press(":ps\r")
    seen["command"] = top.until(lambda: not top.is_other and "any key goes back" in top.text and "control" in top.text)
    top.press("x")
    top.until(lambda: top.is_other)
    top.press("q")
    seen["ended"] = top.ended() == 0 and top.is_given_back()
    return seen


def ends():
    seen = {}

    def begun(name):
        top = Terminal([PROGRAM, "top"])
        if not (top.shows("SERVING 3/3") and top.is_other and not top.has_cursor):
            seen[name] = False
        return top

    for name, key, code in [("q", "q", 0), ("^C", "\x03", 130)]:
        top = begun(name)
        top.press(key)
        status = top.ended()
        seen[name] = status is not None and os.waitstatus_to_exitcode(status) == code and top.is_given_back()
    for name in ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGABRT"]:
        top = begun(name)
        number = getattr(signal, name)
        os.kill(top.pid, number)
        status = top.ended()
        expected = 130 if name == "SIGINT" else -number
        seen[name] = status is not None and os.waitstatus_to_exitcode(status) == expected and top.is_given_back()
    top = Terminal(["env", "PS1=$ ", "bash", "--norc", "-i"])
    top.shows("$")
    former = top.settings()
    top.press(PROGRAM + " top\r")
    top.shows("SERVING 3/3")
    top.press("\x1a")
    seen["stopped"] = top.until(lambda: not top.is_other and top.has_cursor and "Stopped" in top.text)
    top.press("fg\r")
    seen["continued"] = top.until(lambda: top.is_other and "SERVING 3/3" in top.text)
    # A command that was begun from it is stopped with it, and Ctrl-C is the command's.
    top.press(":status --watch\r")
    top.until(lambda: not top.is_other and "3 of 3 cells" in top.text)
    top.press("\x1a")
    seen["guest"] = top.until(lambda: top.text.rstrip().endswith("$"))
    top.press("fg\r")
    seen["guest"] &= top.until(lambda: re.search(r"\$ fg\n.*cellmesh top", top.text) and top.has_foreground())
    top.press("\x03")
    seen["guest"] &= top.until(lambda: "any key goes back" in top.text)
    top.press("x")
    seen["guest"] &= top.until(lambda: top.is_other)
    top.press("q")
    seen["continued"] &= top.until(lambda: not top.is_other) and top.until(lambda: top.settings() == former)
    top.press("exit\r")
    top.ended()
    top = begun("gone")
    os.close(top.descriptor)
    for _ in range(LOOKS):
        pid, _ = os.waitpid(top.pid, os.WNOHANG)
        if pid:
            seen["gone"] = True
            break
        time.sleep(0.05)
    return seen


PROGRAM = sys.argv[2]
print(json.dumps({"use": use, "ends": ends}[sys.argv[1]]()))
