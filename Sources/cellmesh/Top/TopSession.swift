import ArgumentParser
import ControlPlane
import Feed
import Glibc
import MeshBase
import Reports
import Telemetry
import Terminal
import UVDriver
import Wire

/// `top` on a terminal, from the first key to the last. Confined to the loop's thread.
final class TopSession {
    /// Why it ends.
    enum End {
        case quit
        /// By a signal, which ends the program once the terminal is given back.
        case signal(Int32)
        case gone
        case failed(CommandFailure)
    }

    let loop: EventLoop
    let directory: DataDirectory
    let http: HTTPClient
    let charset: Charset
    var model: TopModel
    private(set) var device: TerminalDevice!
    private(set) var link: FeedLink!
    private var traces: TracePoll!
    private var differ: ScreenDiffer
    private var keys = KeyReader()
    private var keyTimer: LoopTimer?
    private var clock: LoopTimer?
    private var tracesAt = Instant.zero
    private var watchers: [Int32: SignalWatcher] = [:]
    private var isDirty = true
    private var end: End?
    /// A command has the terminal, or what it has printed is being read.
    private var guest: Guest?

    private enum Guest {
        case running(ChildProcess)
        case read
    }

    init(_ directory: DataDirectory, path: String, _ model: TopModel, charset: Charset, hasColors: Bool) throws {
        loop = try EventLoop()
        self.directory = directory
        self.model = model
        self.charset = charset
        differ = ScreenDiffer(charset, hasColors: hasColors)
        http = HTTPClient(loop: loop)
        device = TerminalDevice(
            loop: loop, path: path, term: Console.variable("TERM"), onBytes: { [unowned self] in pressed($0) },
            onGone: { [unowned self] in stop(.gone) })
        link = FeedLink(
            loop: loop, directory, onMessages: { [unowned self] in take($0) },
            onLost: { [unowned self] in
                self.model.lost($0)
                isDirty = true
            })
        traces = TracePoll(http, directory) { [unowned self] in
            self.model.traces = $0
            isDirty = true
        }
    }

    func run() throws {
        defer {
            device.end()
            link.close()
            http.close()
            loop.close()
        }
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
            try watch(number) { [unowned self] in signalled(number) }
        }
        try watch(SIGTSTP) { [unowned self] in suspend() }
        try watch(SIGCONT) { [unowned self] in resume() }
        try watch(SIGWINCH) { [unowned self] in isDirty = true }
        try device.begin(screen: true)
        loop.beforeWaiting { [weak self] in self?.draw() }
        clock = try LoopTimer(loop: loop) { [unowned self] in tick() }
        clock?.start(after: .seconds(1), every: .seconds(1))
        link.follow(period: model.period, detail: nil)
        loop.run()
        device.end()
        switch end {
        case .failed(let failure)?: throw failure
        case .signal(let number)?:
            watchers[number]?.close()
            signal(number, SIG_DFL)
            if number == SIGINT { throw ExitCode(ExitStatus.interrupted.rawValue) }
            raise(number)
        case .gone?: throw CommandFailure("the terminal has gone away")
        case .quit?, nil: break
        }
    }

    func stop(_ end: End) {
        if self.end == nil { self.end = end }
        loop.stop()
    }

    private func watch(_ number: Int32, _ body: @escaping () -> Void) throws {
        watchers[number] = try SignalWatcher(loop: loop, signal: number, onSignal: body)
    }

    // MARK: What comes

    private func take(_ messages: [FeedMessage]) {
        let now = loop.now()
        for message in messages where model.take(message, now: now) {
            link.follow(period: model.period, detail: model.detailed)
            break
        }
        isDirty = true
    }

    private func tick() {
        let now = loop.now()
        let hadMessage = model.isSaying
        carry(out: model.tick(now))
        if model.view == .traces, guest == nil, now - tracesAt >= TracePoll.interval {
            tracesAt = now
            traces.ask(now: loop.wallClock() / 1_000_000)
        }
        if model.isStale(now) || hadMessage { isDirty = true }
    }

    private func pressed(_ bytes: [UInt8]) {
        keyTimer?.close()
        keyTimer = nil
        handle(keys.take(bytes))
        guard keys.isPending else { return }
        // What a sequence consists of comes at once, or over a slow line a little later.
        keyTimer = try? LoopTimer.once(loop: loop, after: .milliseconds(60)) { [weak self] in
            guard let self else { return }
            keyTimer = nil
            handle(keys.flush())
        }
    }

    private func handle(_ keys: [Key]) {
        for key in keys {
            guard end == nil else { return }
            switch guest {
            case .running: continue
            case .read:
                guest = nil
                takeScreen()
            case nil:
                let now = loop.now()
                let wasTraces = model.view == .traces
                let rows = TopScreen.rows(model, device.size, now: now)
                carry(out: model.take(key, rows: rows, now: now))
                if model.view == .traces, !wasTraces { tracesAt = .zero }
            }
            isDirty = true
        }
        if model.view == .traces, tracesAt == .zero { tick() }
    }

    // MARK: The screen

    private func draw() {
        guard isDirty, guest == nil, end == nil, device.isReady else { return }
        isDirty = false
        let size = device.size
        let lines = TopScreen.lines(model, size, charset, now: loop.now())
        let text = differ.update(lines, size)
        if !text.isEmpty { device.write(text) }
    }

    private func takeScreen() {
        do {
            try device.begin(screen: true)
        } catch let failure as CommandFailure {
            stop(.failed(failure))
        } catch {
            stop(.failed(CommandFailure("\(error)")))
        }
        differ.forget()
        isDirty = true
    }

    private func signalled(_ number: Int32) {
        if case .running(let child) = guest {
            // Ctrl-C is the command's: it has come to both.
            if number == SIGINT || number == SIGQUIT { return }
            _ = try? child.kill(SIGTERM)
        }
        stop(.signal(number))
    }

    /// Ctrl-Z: the shell gets its terminal as it was, until it lets this go on. A command that has the terminal is stopped with
    /// this, and goes on with it.
    private func suspend() {
        device.end()
        watchers.removeValue(forKey: SIGTSTP)?.close()
        signal(SIGTSTP, SIG_DFL)
        raise(SIGTSTP)
        do {
            try watch(SIGTSTP) { [unowned self] in suspend() }
        } catch { stop(.failed(CommandFailure("\(error)"))) }
        resume()
    }

    /// Whoever had the terminal meanwhile has set it otherwise.
    private func resume() {
        switch guest {
        case .running: return
        case .read: _ = try? device.begin(screen: false)
        case nil: takeScreen()
        }
    }

    // MARK: Orders

    func carry(out orders: [TopOrder]) {
        for order in orders {
            switch order {
            case .quit: stop(.quit)
            case .predict(let action): predict(action)
            case .act(let action, let prediction): act(action, prediction)
            case .halt(let release): halt(release: release)
            case .run(let words): run(words)
            case .follow: link.follow(period: model.period, detail: model.detailed)
            case .redraw: differ.forget()
            }
            isDirty = true
        }
    }

    func changed() { isDirty = true }

    /// Runs a command of this program; it has the terminal to itself.
    private func run(_ given: [String]) {
        var words = given
        if let first = words.first, NextStep.ofMeshes.contains(first[...]), !words.contains("--mesh") {
            words += ["--mesh", directory.name]
        }
        device.end()
        Console.draw("$ cellmesh \(DisplayText.clean(given.joined(separator: " ")))\n", on: STDOUT_FILENO)
        var launch = ProcessLaunch(executable: ExecutablePath.current, arguments: words)
        launch.standardInput = .file(STDIN_FILENO)
        launch.standardOutput = .file(STDOUT_FILENO)
        launch.standardError = .file(STDERR_FILENO)
        do throws(UVError) {
            guest = .running(
                try ChildProcess.spawn(loop: loop, launch) { [unowned self] exit in ended(exit) })
        } catch {
            model.say("the command could not be started: \(error.message)", loop.now())
            guest = nil
            takeScreen()
        }
    }

    private func ended(_ exit: ChildProcess.Exit) {
        guard end == nil else { return }
        guest = .read
        do { try device.begin(screen: false) } catch { return stop(.gone) }
        let outcome = exit.isSuccess ? "" : "\(exit); "
        device.write("\n[\(outcome)any key goes back]")
    }
}
