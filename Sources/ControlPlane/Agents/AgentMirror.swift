import MeshBase
import Topology
import UVDriver

/// What a control plane knows of the processes of one host, and what it has still to tell that host's agent. Pure: pages go in,
/// orders come out; the driver carries both.
///
/// Requests and answers may be lost, doubled and late. Orders are sent again until a page says that they were carried out. A host
/// that is silent is gone: what is known of its processes stays as it was, since they may well run, and is put right by the first whole
/// page when it is back.
package final class AgentMirror {
    /// A host that is silent for so long is gone.
    package static let patience = TimeAmount.seconds(3)
    /// Orders that wait; one more is refused.
    static let mostWaiting = 4_096

    package struct Watched {
        var name: ProcessName
        var told = 0
        /// As the agent told last; nil before it has told of it.
        var process: AgentProcess?
        var onLine: (String) -> Void = { _ in }
        var onExit: (String) -> Void
    }

    /// The host's position in the list of hosts.
    package let host: Int
    private let controller: String
    private let grace: TimeAmount
    package let life: UInt64
    private(set) var watched: [UInt64: Watched] = [:]
    private var waiting: [AgentOrder] = []
    private var underWay: AgentOrders?
    private var batch: UInt64 = 0
    private var boot: UInt64?
    private var revision: UInt64 = 0
    private var lastHeard: Instant
    package private(set) var isGone = false
    /// What ran on it and was nobody's when it was there last, by token.
    private var unwatched: [UInt64: AgentProcess] = [:]
    private var files: [AgentFile.Kind: String] = [:]
    private var sentFiles: [AgentFile.Kind: String]?
    private var tokens: Generator

    /// The host is there, for the first time or again: what runs on it.
    package var onInventory: ([AgentProcess]) -> Void = { _ in }
    /// The host has become silent.
    package var onGone: () -> Void = {}

    /// - Parameters:
    ///   - controller: the control plane, over its lives; `life`: this one.
    package init(host: Int, controller: String, life: UInt64, grace: TimeAmount = .minutes(10), now: Instant) {
        self.grace = grace
        self.host = host
        self.controller = controller
        self.life = life
        lastHeard = now
        tokens = Generator(seed: life, concern: "tokens", node: UInt64(host))
    }

    /// It has answered, and is not gone.
    package var isReachable: Bool { boot != nil && !isGone }

    // MARK: Asking

    /// What the next request for news names.
    package var seen: (boot: UInt64?, revision: UInt64) { (boot, revision) }

    /// What is to be sent now; the same again until it is answered. Nil where there is nothing.
    package func next() -> AgentOrders? {
        guard let boot, !isGone else { return nil }
        if let underWay { return underWay }
        let changed = AgentFile.Kind.allCases.filter { sentFiles == nil || sentFiles?[$0] != files[$0] }
        guard !waiting.isEmpty || !changed.isEmpty else { return nil }
        let orders = Array(waiting.prefix(AgentOrders.most))
        waiting.removeFirst(orders.count)
        batch += 1
        sentFiles = files
        underWay = AgentOrders(
            controller: controller, life: life, batch: batch, boot: boot, orders: orders,
            files: changed.map { AgentFile($0, files[$0]) }, grace: grace)
        return underWay
    }

    package func set(_ files: [AgentFile.Kind: String]) { self.files = files }

    /// Whether the host has the files as they are.
    package var hasFiles: Bool { sentFiles == files && underWay?.files.isEmpty ?? true }

    // MARK: Hearing

    /// An answer of the agent.
    package func take(_ page: AgentPage, now: Instant) {
        let isBack = boot != page.boot || isGone
        guard page.isWhole || !isBack else {
            // What is put right is all of it, which is asked for next.
            revision = 0
            return
        }
        lastHeard = now
        if let former = boot, former != page.boot {
            (waiting, underWay, sentFiles) = ([], nil, nil)
            let lost = watched.sorted { $0.key < $1.key }
            watched = [:]
            for (_, known) in lost {
                known.onExit("its host's agent was started anew, and what it had started is gone")
            }
        }
        boot = page.boot
        if let sent = underWay, page.batch >= sent.batch { underWay = nil }
        isGone = false
        revision = page.revision
        guard isBack else {
            for process in page.processes { take(process) }
            return
        }
        for process in page.processes where watched[process.token] != nil { take(process) }
        let present = Set(page.processes.map(\.token))
        for (token, known) in watched.sorted(by: { $0.key < $1.key })
        where !present.contains(token) {
            watched[token] = nil
            known.onExit("its host knows nothing of it")
        }
        let others = page.processes.filter { watched[$0.token] == nil }
        for process in others where process.end != nil { queue(.forget(token: process.token)) }
        // What is nobody's is decided on by whoever supervises.
        let running = others.filter { $0.end == nil }
        unwatched = Dictionary(uniqueKeysWithValues: running.map { ($0.token, $0) })
        onInventory(running)
    }

    private func take(_ process: AgentProcess) {
        guard var known = watched[process.token] else {
            // Of a start that was given up meanwhile.
            queue(process.end == nil ? .signal(token: process.token, .kill) : .forget(token: process.token))
            return
        }
        var process = process
        if process.resident == nil, let former = known.process {
            // What it uses is told less often.
            (process.resident, process.proportional) = (former.resident, former.proportional)
            process.processor = former.processor
        }
        let fresh = max(process.told - known.told, 0)
        known.told = max(known.told, process.told)
        known.process = process
        watched[process.token] = known
        for line in process.lines.suffix(fresh) { known.onLine(line) }
        guard let end = process.end else { return }
        watched[process.token] = nil
        logs[process.name] = process.log
        queue(.forget(token: process.token))
        known.onExit(end)
    }

    /// Time has passed; nothing need have been heard.
    package func look(now: Instant) {
        guard !isGone, now - lastHeard > Self.patience else { return }
        isGone = true
        // What ends a process is still to be done when the host is back; everything else has been told to have failed.
        waiting = ((underWay?.orders ?? []) + waiting).filter(\.isEnding)
        (underWay, revision) = (nil, 0)
        onGone()
    }

    // MARK: Doing

    /// - Returns: false where too much waits.
    @discardableResult
    private func queue(_ order: AgentOrder) -> Bool {
        guard waiting.count < Self.mostWaiting else { return false }
        waiting.append(order)
        return true
    }

    /// Has the agent start a process.
    package func start(
        _ name: ProcessName, _ order: StartOrder, onLine: @escaping (String) -> Void,
        onExit: @escaping (String) -> Void
    ) throws(SpawnFailure) -> ProcessIdentity {
        guard isReachable else { throw SpawnFailure("its host's agent does not answer") }
        let token = 1 + tokens.below(1 << 52)
        guard queue(.start(token: token, name: name.name, order)) else {
            throw SpawnFailure("\(waiting.count) orders wait for its host's agent already")
        }
        watched[token] = Watched(name: name, onLine: onLine, onExit: onExit)
        return ProcessIdentity(host: host, token: token)
    }

    /// Watches a process of the last inventory.
    ///
    /// - Returns: false where there is none.
    package func adopt(_ token: UInt64, onExit: @escaping (String) -> Void) -> Bool {
        guard let process = unwatched.removeValue(forKey: token) else { return false }
        watched[token] = Watched(
            name: ProcessName(.cell, process.name), told: process.told, process: process, onExit: onExit)
        return true
    }

    package func process(_ token: UInt64) -> AgentProcess? { watched[token]?.process }

    /// - Returns: false where the process runs no more, or nobody can be told.
    package func signal(_ token: UInt64, _ signal: ProcessSignal) -> Bool {
        let order = AgentOrder.signal(token: token, signal)
        return watched[token] != nil && (isReachable || order.isEnding) && queue(order)
    }

    /// Ends what runs there and nobody wants.
    package func end(_ process: AgentProcess) { queue(.signal(token: process.token, .kill)) }

    package func watchPause(_ token: UInt64, for time: TimeAmount?) throws(SpawnFailure) {
        guard isReachable, queue(.watchPause(token: token, milliseconds: time.map(\.millisecondsRoundedUp))) else {
            throw SpawnFailure("its host's agent does not answer")
        }
    }

    /// The last lines of the log of a process that has ended there, by its name.
    package private(set) var logs: [String: [String]] = [:]
}

/// A process of another host is known by the number that the control plane has given to it. No process of this machine has such a
/// pid (the kernel's are below 2^22): nothing that is meant for it can reach another.
extension ProcessIdentity {
    private static let elsewhere: Int32 = 1 << 30

    init(host: Int, token: UInt64) { self.init(pid: Self.elsewhere + Int32(host), startTime: token) }

    /// The host's position in the list of hosts; nil: this machine's.
    package var host: Int? { pid >= Self.elsewhere ? Int(pid - Self.elsewhere) : nil }
}
