import CLibUV
import Glibc
import MeshBase
import Nodes
import Topology

/// The process of one program of the user's own, its connections and its log.
final class ProgramHost {
    /// What it is started with, beside its port.
    struct Place {
        var cell: String
        var region: String
        /// Of the service: `CELL_DATA` and the log lie in it.
        var directory: String
        /// Before the variables and the program's own words: what becomes that program.
        var wrapper: [String]
        /// Bytes of the largest answer.
        var bodyLimit: Int
    }

    let service: Int
    let name: String
    private let settings: ProgramSettings
    private let place: Place
    private let workers: Int
    private let loop: EventLoop
    var log: ProgramLog

    /// What it reports, with the number of the process that it speaks of.
    var onProbed: (UInt32, Bool) -> Void = { _, _ in }
    var onEnded: (UInt32, String) -> Void = { _, _ in }
    var onAnswered: (UInt64, ProgramEnd) -> Void = { _, _ in }

    private(set) var port: Int?
    private(set) var child: ChildProcess?
    private var client: ProgramClient?
    private var output: LineReader?
    private var window: LoopTimer?
    private var bytesInWindow = 0
    /// Lines of this process that were too long, as the log knows.
    private var skipped = 0
    private var number: UInt32 = 0
    /// Why it could not be started, told with the next turn.
    private var failure: String?

    /// Bytes that are read within a window of 100 ms; whoever writes more waits.
    private static let bytesPerWindow = 256 << 10

    init(loop: EventLoop, service: Int, _ description: Service, _ settings: ProgramSettings, _ place: Place) {
        self.loop = loop
        self.service = service
        self.settings = settings
        self.place = place
        name = description.name
        workers = description.pool.workers
        log = ProgramLog(path: place.directory + "/log")
    }

    var identity: ProcessIdentity? { child?.identity }
    var hasMore: Bool { failure != nil || client?.hasMore == true }

    // MARK: Orders

    func start(_ number: UInt32) {
        self.number = number
        do throws(UVError) { try start() } catch { failure = "\(error)" }
    }

    private func start() throws(UVError) {
        let data = place.directory + "/data"
        for path in [place.directory, data] where mkdir(path, 0o700) != 0 && errno != EEXIST {
            throw UVError(code: -errno, operation: "make \(path)")
        }
        let port = Int(try check(cuv_free_port_errno(), "find a free port"))
        var ends: [Int32] = [-1, -1]
        try check(cuv_pipe_errno(&ends), "make a pipe")
        defer { _ = cuv_close(ends[1]) }
        let reader: LineReader
        do throws(UVError) {
            reader = try LineReader(loop: loop, lineLimit: 8_192) { [unowned self] in wrote($0) }
            try reader.open(fd: ends[0])
        } catch {
            _ = cuv_close(ends[0])
            throw error
        }
        reader.onBytes = { [unowned self] in count($0) }
        settleSkipped()
        output?.close()
        skipped = 0
        output = reader
        try reader.start()
        let words =
            place.wrapper + [
                "PORT=\(port)", "CELL=\(place.cell)", "REGION=\(place.region)", "CELL_DATA=\(data)",
            ] + settings.run
        let number = number
        let child = try ChildProcess.spawn(
            loop: loop,
            ProcessLaunch(
                executable: words[0], arguments: Array(words.dropFirst()), standardOutput: .file(ends[1]),
                standardError: .file(ends[1]))
        ) { [unowned self] exit in ended(number, exit.description) }
        self.child = child
        self.port = port
        let client = ProgramClient(
            loop: loop, to: .loopback(UInt16(port)), calls: workers, bodyLimit: place.bodyLimit)
        client.onEnd = { [unowned self] in onAnswered($0, $1) }
        client.onProbed = { [unowned self] in onProbed(number, $0) }
        if let old = self.client { retired.append(old) }
        self.client = client
    }

    /// Clients of earlier processes, whose connections are still closing.
    private var retired: [ProgramClient] = []

    func ask(_ number: UInt32, patience: TimeAmount) {
        guard number == self.number, let client else { return }
        client.ask(settings.ready, patience: patience)
    }

    func call(_ call: ProgramCall, _ number: UInt32) {
        guard number == self.number, let client else { return }
        client.send(call)
    }

    func drop(_ ticket: UInt64) { client?.drop(ticket) }

    func kill(_ number: UInt32) {
        guard number == self.number else { return }
        _ = try? child?.kill(SIGKILL)
    }

    /// Asks it to end.
    func terminate() { _ = try? child?.kill(SIGTERM) }

    func kill() { _ = try? child?.kill(SIGKILL) }

    func endTurn() {
        client?.endTurn()
        if !retired.isEmpty { retired.removeAll(where: \.isClosed) }
        guard let why = failure else { return }
        failure = nil
        onEnded(number, "it could not be started: \(why)")
    }

    // MARK: What comes

    private func ended(_ number: UInt32, _ how: String) {
        guard number == self.number else { return }
        child = nil
        port = nil
        client?.close()
        onEnded(number, how)
    }

    private func wrote(_ line: String) {
        log.add(line, now: loop.now(), wall: loop.wallClock())
    }

    /// The log counts lines that were too long.
    func settleSkipped() {
        guard let output, output.skipped > skipped else { return }
        log.drop(UInt64(output.skipped - skipped))
        skipped = output.skipped
    }

    private func count(_ bytes: Int) {
        bytesInWindow += bytes
        if window == nil {
            window = try? LoopTimer.once(loop: loop, after: .milliseconds(100)) { [unowned self] in
                window = nil
                bytesInWindow = 0
                if output?.isOpen == true { try? output?.start() }
            }
        }
        if bytesInWindow >= Self.bytesPerWindow, window != nil { output?.pause() }
    }

    /// Lets go of everything; a process that runs is the kernel's to end with this one.
    func close() {
        client?.close()
        output?.close()
        window?.close()
        child?.close()
    }
}
