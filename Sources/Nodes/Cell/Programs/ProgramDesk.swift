import MeshBase
import Topology

/// The programs of a cell, one for each service that has `run`, and the calls that they have in hand. Pure: what is to be
/// done stands in orders.
struct ProgramDesk: Sendable {
    /// One of them.
    struct Program: Sendable {
        /// Of its service.
        let service: Int
        let settings: ProgramSettings
        var life: ProgramLife
        /// Calls that it has and has not answered: as many as its service has workers, at most.
        var calls: Set<SlabKey> = []
        var counters = ProgramCounters()

        var asks: Bool { settings.ready != nil }
    }

    let rule: ProgramRule
    private(set) var programs: [Program] = []
    /// By service: its place in `programs`; nil for one that the cell's own work stands for.
    private let places: [Int?]
    /// What the clients asked for, by the call that may lead to a program.
    private var requests: [SlabKey: ProgramRequest] = [:]
    /// What programs answered, until the calls that they were given have ended.
    private var answers: [SlabKey: ProgramAnswer] = [:]

    /// - Parameter runsPrograms: false: every service is its `work`.
    init(_ services: [Service], rule: ProgramRule, runsPrograms: Bool) {
        self.rule = rule
        var places = [Int?](repeating: nil, count: services.count)
        for (index, service) in services.enumerated() {
            guard runsPrograms, let settings = service.program else { continue }
            places[index] = programs.count
            programs.append(Program(service: index, settings: settings, life: ProgramLife(rule, now: .distantFuture)))
        }
        self.places = places
    }

    /// The service is a program.
    @inline(__always)
    func isProgram(_ service: Int) -> Bool { !programs.isEmpty && places[service] != nil }

    subscript(service: Int) -> Program? { places[service].map { programs[$0] } }

    mutating func change<Result>(_ service: Int, _ body: (inout Program) -> Result) -> Result? {
        places[service].map { body(&programs[$0]) }
    }

    // MARK: Calls

    mutating func keep(_ request: ProgramRequest?, of key: SlabKey) { requests[key] = request }
    func request(of key: SlabKey) -> ProgramRequest? { programs.isEmpty ? nil : requests[key] }

    mutating func keep(_ answer: ProgramAnswer, of key: SlabKey) { answers[key] = answer }

    /// The call is over: what its program answered, where that was a program.
    mutating func forget(_ key: SlabKey) -> ProgramAnswer? {
        guard !programs.isEmpty else { return nil }
        requests[key] = nil
        return answers.removeValue(forKey: key)
    }

    // MARK: Lives

    func nextDeadline() -> Instant {
        programs.reduce(.distantFuture) { min($0, $1.life.deadline(rule, asks: $1.asks)) }
    }

    /// They are started with the next wake.
    mutating func start(now: Instant) {
        for place in programs.indices { programs[place].life = ProgramLife(rule, now: now) }
    }

    /// None is started again.
    mutating func stop() { for place in programs.indices { programs[place].life.stop() } }

    /// What is due, one order for each program at most.
    mutating func wake(now: Instant) -> [ProgramOrder] {
        programs.indices.compactMap { place in
            let asks = programs[place].asks
            guard let step = programs[place].life.wake(rule, asks: asks, now: now) else { return nil }
            let (service, number) = (programs[place].service, programs[place].life.number)
            switch step {
            case .start: return .start(service: service, number: number)
            case .ask: return .ask(service: service, number: number, patience: rule.patience)
            case .kill: return .kill(service: service, number: number)
            }
        }
    }
}

/// Counters of one program; they only rise.
package struct ProgramCounters: Sendable, Equatable {
    package var starts: UInt64 = 0
    /// Ends of its process, those that could not be started among them.
    package var ends: UInt64 = 0
    package var calls: UInt64 = 0
    package var answered: UInt64 = 0
    /// Answers that could not be read, or were too large.
    package var garbage: UInt64 = 0
    /// Calls of which the connection broke, or the process ended, before the answer was whole.
    package var lost: UInt64 = 0
    /// Calls that could not begin: it was not ready, or took no connection.
    package var unreachable: UInt64 = 0
    /// Calls whose time was over before it had answered.
    package var overdue: UInt64 = 0

    package init() {}
}

/// One program of a cell, for metrics and pages.
package struct ProgramView: Sendable, Equatable {
    package var service: String
    package var phase: ProgramLife.Phase
    package var restarts: UInt32
    /// Calls that it has in hand.
    package var busy: Int
    package var counters: ProgramCounters
}

/// Something happened to a program of the cell.
package enum ProgramEvent: Sendable, Equatable {
    /// It answers that it is ready, or takes connections.
    case ready
    /// It runs, was ready, and does not answer that it is.
    case unready
    /// It did not become ready in time, and is killed.
    case late(after: TimeAmount)
    /// Its process ended, or could not be started; it is started again after this long.
    case ended(String, again: TimeAmount)
    /// What it answered could not be read, or was too large; told once a minute at most.
    case garbled
}
