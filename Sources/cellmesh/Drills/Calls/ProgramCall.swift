import CLibUV
import Foundation
import MeshBase
import Scenarios
import UVDriver

/// A program of a scenario. A keeper holds all that it starts, also what goes on in the background or leaves its group, and kills it
/// when its time is over, when the drill ends, and when the drill's own process does (`ProgramKeeper`).
enum ProgramCall {
    /// From one look at what it has written to the next.
    private static let look = TimeAmount.milliseconds(20)
    /// What it has started may keep its output open: for so long it is waited for once the program has ended.
    private static let grace = TimeAmount.milliseconds(200)

    /// Runs it to its end. What goes on in the background after that does so until `stop` is told.
    static func perform(
        _ program: ScenarioCall.Program, _ timeout: TimeAmount, _ secrets: SecretBook, _ stop: CallStop
    ) -> ScenarioCaller.Outcome {
        guard let output = OutputPipe(), let errors = OutputPipe(), let hold = OutputPipe() else {
            return .failure("no pipe for it: \(String(cString: strerror(errno)))")
        }
        let run = Run(launch(program, secrets, output, errors, hold), timeout, output, errors, hold, stop)
        do {
            try run.perform()
        } catch { return .failure("\(program.path) cannot be run: \(error)") }
        if let code = run.code {
            let said = code == 0 || errors.text.isEmpty ? output.text : errors.text
            if code == ProgramExec.notFound, errors.text.hasPrefix("\(program.path) cannot be run") {
                return .failure(CallText.clip(errors.text))
            }
            return .answer(
                CallAnswer(
                    status: Int(code), output: output.text, errors: errors.text,
                    shown: CallText.clip(secrets.hiding(said))))
        }
        if run.isLate {
            return .failure(
                "no end within \(Syntax.written(timeout)): "
                    + (run.isKept ? "its keeper does not end either" : "killed with all that it had started"))
        }
        return .failure(stop.isStopped ? "it was stopped" : CallText.clip("its keeper has ended: \(errors.text)"))
    }

    private static func launch(
        _ program: ScenarioCall.Program, _ secrets: SecretBook, _ output: OutputPipe, _ errors: OutputPipe,
        _ hold: OutputPipe
    ) -> ProcessLaunch {
        var words = [ProgramKeeper.command]
        if let shell = program.shell {
            words += ["/bin/sh", "-c", "\(program.path) \(secrets.filled(shell))"]
        } else {
            words += [program.path] + program.arguments.map { secrets.filled($0) }
        }
        var launch = ProcessLaunch(executable: ExecutablePath.current, arguments: words)
        var environment = ProcessInfo.processInfo.environment
        for variable in program.environment { environment[variable.name] = secrets.filled(variable.value) }
        launch.environment = environment
        launch.standardInput = .file(hold.reading)
        launch.standardOutput = .file(output.writing)
        launch.standardError = .file(errors.writing)
        launch.isDetached = true
        return launch
    }

    /// One run, on a loop of its own.
    private final class Run {
        private let launch: ProcessLaunch
        private let timeout: TimeAmount
        private let pipes: [OutputPipe]
        private let hold: OutputPipe
        private let stop: CallStop
        private var keeper: ChildProcess?
        private var timer: LoopTimer?
        private var deadline = Instant.zero
        /// Of the program, or of the keeper where that ends first.
        private var endedAt: Instant?
        private var stoppedAt: Instant?
        /// The exit code; nil where it was killed. As Python has it, that of a signal is negative.
        private(set) var code: Int32?
        private(set) var isLate = false
        /// What it has started goes on, and its keeper with it.
        private(set) var isKept = true

        init(
            _ launch: ProcessLaunch, _ timeout: TimeAmount, _ output: OutputPipe, _ errors: OutputPipe,
            _ hold: OutputPipe, _ stop: CallStop
        ) {
            self.launch = launch
            self.timeout = timeout
            pipes = [output, errors]
            self.hold = hold
            self.stop = stop
        }

        func perform() throws {
            let loop = try EventLoop()
            defer { loop.close() }
            deadline = loop.freshNow() + timeout
            let keeper = try ChildProcess.spawn(
                loop: loop, launch,
                onLine: { [unowned self] line in
                    guard let exit = ProgramKeeper.exit(line) else { return }
                    endedAt = endedAt ?? loop.freshNow()
                    guard !isLate, !stop.isStopped else { return }
                    switch exit {
                    case .exited(let code): self.code = code
                    case .signalled(let signal): code = -signal
                    }
                },
                onExit: { [unowned self] _ in
                    isKept = false
                    endedAt = endedAt ?? loop.freshNow()
                })
            self.keeper = keeper
            stop.began(hold.takeWriting())
            for pipe in pipes { pipe.closeWriting() }
            timer = try LoopTimer(loop: loop) { [unowned self] in turn(loop.freshNow()) }
            timer?.start(after: ProgramCall.look, every: ProgramCall.look)
            loop.run()
            if isKept { stop.keeps(keeper.identity) } else { stop.ended() }
        }

        private func turn(_ now: Instant) {
            for pipe in pipes { pipe.read() }
            if let endedAt {
                // A keeper that has nothing to keep ends by itself.
                let isOver = !isKept && pipes.allSatisfy(\.isOver)
                if isOver || now - endedAt >= ProgramCall.grace { end() }
                return
            }
            if now >= deadline, !isLate {
                isLate = true
                stop.stop()
            }
            guard stop.isStopped else { return }
            let since = stoppedAt ?? now
            stoppedAt = since
            if now - since >= CallStop.patience { end() }
        }

        private func end() {
            timer?.close()
            timer = nil
            // Whoever holds the pipe collects a keeper that goes on.
            keeper?.readiness?.close()
            keeper?.close()
        }
    }
}

/// What a process writes, of which so much is kept and all is read.
final class OutputPipe {
    private(set) var reading: Int32
    private(set) var writing: Int32
    private var bytes: [UInt8] = []
    private(set) var isOver = false

    init?() {
        var ends: [Int32] = [-1, -1]
        // Neither end is inherited by what other threads start.
        guard uv_pipe(&ends, Int32(UV_NONBLOCK_PIPE.rawValue), 0) == 0 else { return nil }
        (reading, writing) = (ends[0], ends[1])
    }

    deinit {
        close(reading)
        closeWriting()
    }

    func closeWriting() {
        if writing >= 0 { close(writing) }
        writing = -1
    }

    /// The end that is written to, which is somebody else's to close from here on.
    func takeWriting() -> Int32 {
        defer { writing = -1 }
        return writing
    }

    /// Takes what is there, 1 MiB at most a time.
    func read() {
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        for _ in 0..<16 where !isOver {
            let count = systemRead(reading, &chunk, chunk.count)
            if count > 0 {
                bytes += chunk.prefix(min(count, ScenarioCall.mostOutput - bytes.count))
            } else if count == 0 {
                isOver = true
            } else if errno != EINTR {
                return
            }
        }
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// The system's `read`, out of reach of `OutputPipe.read`.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}
