import Checkers
import Glibc
import LoadGenerator
import MeshBase
import Reports
import Synchronization
import Topology
import UVDriver

/// Loads on a loop and thread of their own, while this thread does something to the mesh.
final class BackgroundLoad: Sendable {
    /// One of them: where it goes and what it asks.
    struct Side: Sendable {
        var name: String
        var router: Endpoint
        var configuration: LoadConfiguration
    }

    /// What one of them has found at its end.
    struct Found: Sendable {
        var side: String
        var report: LoadReport
        /// What it saw from second to second, and what the machine did.
        var series: RunSeries
        var noise: RunNoise
        /// When the first request was sent, nanoseconds since 1970; nil where none was.
        var begun: Int64?
        /// By tier, in its order.
        var writes: [AcknowledgedWrites.Counts]

        func writes(_ tier: StoreSettings.Tier) -> AcknowledgedWrites.Counts {
            writes[StoreSettings.Tier.allCases.firstIndex(of: tier) ?? 0]
        }
    }

    private enum Message: Sendable { case window, stop }

    private struct State {
        var sender: AsyncSender<Message>?
        /// Of all sides, and how many times they were asked for.
        var windows: [LoadWindows] = []
        var looks = 0
        /// Of each side, as they came; the oldest go where nobody takes them.
        var seconds: [[RunSecond]] = []
        var found: [Found]?
        var failure: CommandFailure?
    }
    private let state = Mutex(State())

    /// Begins to send.
    init(_ sides: [Side]) throws {
        do {
            try ProcessSetup.ignoreBrokenPipes()
            try ProcessSetup.raiseOpenFiles(to: 65_536)
        } catch { throw CommandFailure("the load cannot be sent: \(error)") }
        let status = DetachedThread.start { [self] in
            do {
                try run(sides)
            } catch let error as LoadError {
                state.withLock { $0.failure = CommandFailure(.usage, error.message) }
            } catch {
                state.withLock { $0.failure = CommandFailure("the load cannot be sent: \(error)") }
            }
        }
        guard status == 0 else { throw CommandFailure("no thread for the load: \(String(cString: strerror(status)))") }
        _ = try windowsWhen(.seconds(5), "the load does not start") { $0.sender != nil }
    }

    private func run(_ sides: [Side]) throws {
        let loop = try EventLoop()
        state.withLock { $0.seconds = Array(repeating: [], count: sides.count) }
        let floors = sides.count > 1 ? VersionFloors() : nil
        var left = sides.count
        var found: [Found?] = Array(repeating: nil, count: sides.count)
        let runs = try sides.map {
            try LoadRun(loop: loop, target: $0.router, configuration: $0.configuration, floors: floors)
        }
        let mailbox = try AsyncWakeup<Message>(loop: loop) { message in
            switch message {
            case .window: for run in runs { run.beginWindow() }
            case .stop: for run in runs { run.stop() }
            }
            let windows = runs.map(\.windows)
            self.state.withLock {
                $0.windows = windows
                $0.looks += 1
            }
        }
        for (position, run) in runs.enumerated() {
            run.onFinish = { [unowned run] report in
                found[position] = Found(
                    side: sides[position].name, report: report,
                    series: run.series(), noise: run.noise, begun: run.times.begun > 0 ? run.times.begun : nil,
                    writes: StoreSettings.Tier.allCases.map { run.writes(of: $0) })
                left -= 1
                if left == 0 { mailbox.close() }
            }
            run.onSecond = { second in
                self.state.withLock {
                    if $0.seconds[position].count == Self.mostSeconds { $0.seconds[position].removeFirst() }
                    $0.seconds[position].append(second)
                }
            }
            try run.start()
            run.beginWindow()
        }
        state.withLock { $0.sender = mailbox.sender }
        loop.run()
        withExtendedLifetime(runs) {}
        loop.close()
        let all = found.compactMap { $0 }
        state.withLock { $0.found = all }
    }

    private static let mostSeconds = 600

    /// What all sides together saw in each second since the last call.
    func takeSeconds() throws -> [RunSecond] {
        let (seconds, failure) = state.withLock { state in
            let count = state.seconds.map(\.count).min() ?? 0
            let taken = (0..<count).map { place in
                state.seconds.dropFirst().reduce(into: state.seconds[0][place]) { $0.join($1[place]) }
            }
            for side in state.seconds.indices { state.seconds[side].removeFirst(count) }
            return (taken, state.failure)
        }
        if let failure { throw failure }
        return seconds
    }

    /// Whether all was read back, so that `finish` does not wait.
    var isFinished: Bool { state.withLock { $0.found != nil || $0.failure != nil } }

    /// Ends sending, and has all that was acknowledged read back. Does not wait.
    func stop() { state.withLock { $0.sender }?.send(.stop) }

    /// What was found, once it is finished.
    func result() throws -> [Found] {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            return state.found ?? []
        }
    }

    /// Another part begins on all sides.
    /// - Returns: the parts so far.
    @discardableResult
    func beginWindow() throws -> [LoadWindows] {
        let asked = state.withLock { ($0.looks, $0.sender) }
        guard asked.1?.send(.window) ?? false else { throw ended }
        return try windowsWhen(.seconds(10), "the load does not answer") { $0.looks > asked.0 }
    }

    /// Ends sending, and does not read back. Does not wait.
    func cancel() {
        let sender = state.withLock { $0.sender }
        sender?.send(.stop)
        sender?.send(.stop)
    }

    private var ended: CommandFailure { state.withLock { $0.failure } ?? CommandFailure("the load has ended") }

    private func windowsWhen(
        _ limit: TimeAmount, _ trouble: String, _ isThere: (borrowing State) -> Bool
    ) throws -> [LoadWindows] {
        let deadline = Pause.now() + limit
        while true {
            let (isDone, failure, windows) = state.withLock { (isThere($0), $0.failure, $0.windows) }
            if let failure { throw failure }
            if isDone { return windows }
            guard Pause.now() < deadline else { throw CommandFailure(trouble) }
            Pause.sleep(.milliseconds(5))
        }
    }
}
