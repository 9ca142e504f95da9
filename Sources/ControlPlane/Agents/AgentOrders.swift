import MeshBase
import Reports
import Topology

/// What a control plane asks of an agent, in one request: `POST /v1/agent`.
///
/// It is sent again until it is answered, and carried out once: an agent keeps the number of the last batch.
package struct AgentOrders: Codable, Sendable, Equatable {
    /// Which control plane orders; the same over its lives.
    package var controller: String
    /// Its present life: batches are counted anew in each.
    package var life: UInt64
    package var batch: UInt64
    /// Milliseconds that the host's processes go on without a word of a control plane.
    package var grace: Int64
    /// The agent's life that is meant; another one carries out nothing of this.
    package var boot: UInt64
    package var orders: [AgentOrder]
    /// Files that the host's processes read, as they are now.
    package var files: [AgentFile]

    /// The most orders of one request.
    package static let most = 256

    package init(
        controller: String, life: UInt64, batch: UInt64, boot: UInt64, orders: [AgentOrder], files: [AgentFile] = [],
        grace: TimeAmount = .minutes(10)
    ) {
        self.grace = grace.millisecondsRoundedUp
        self.controller = controller
        self.life = life
        self.batch = batch
        self.boot = boot
        self.orders = orders
        self.files = files
    }
}

/// One thing that an agent is to do to one process. `token` is the number that the control plane has given to that process.
package enum AgentOrder: Codable, Sendable, Equatable {
    case start(token: UInt64, name: String, StartOrder)
    case signal(token: UInt64, ProcessSignal)
    /// Somebody on the host is to end the pause after so many milliseconds, whatever becomes of the control plane; nil: never.
    case watchPause(token: UInt64, milliseconds: Int64?)
    /// The control plane has seen how it ended.
    case forget(token: UInt64)
}

extension AgentOrder {
    /// Whether it is done to a process that is to be no more.
    var isEnding: Bool {
        switch self {
        case .signal(_, .kill), .signal(_, .terminate), .forget: true
        case .start, .signal, .watchPause: false
        }
    }
}

/// How a process is started, as far as the host does not know it by itself.
package struct StartOrder: Codable, Sendable, Equatable {
    package var join: [Endpoint] = []
    /// Where it takes its traffic; nil: at any port of the host's address.
    package var listen: Endpoint?
    /// What is known of its store.
    package var store: StoreWord?
    /// The process of the same name whose place it takes.
    package var replacing: UInt64?
    /// Further arguments; of these an agent takes those in `StartOrder.known` alone.
    package var extra: [String] = []

    /// Options with a value each that change what a cell does and nothing of where it reads and writes.
    static let known: Set<String> = ["--defect", "--trace-sample"]

    package init(
        join: [Endpoint] = [], listen: Endpoint? = nil, store: StoreWord? = nil, replacing: UInt64? = nil,
        extra: [String] = []
    ) {
        self.join = join
        self.listen = listen
        self.store = store
        self.replacing = replacing
        self.extra = extra
    }

    /// The further arguments that an agent passes on.
    var passed: [String] {
        stride(from: 0, to: extra.count - 1, by: 2).filter { Self.known.contains(extra[$0]) }
            .flatMap { [extra[$0], extra[$0 + 1]] }
    }

    private enum CodingKeys: String, CodingKey { case join, listen, store, replacing, extra }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        join = try fields.decode([String].self, forKey: .join).compactMap { Endpoint($0) }
        listen = try fields.decodeIfPresent(String.self, forKey: .listen).flatMap { Endpoint($0) }
        store = try fields.decodeIfPresent(String.self, forKey: .store).flatMap { StoreWord(text: $0) }
        replacing = try fields.decodeIfPresent(UInt64.self, forKey: .replacing)
        extra = try fields.decode([String].self, forKey: .extra)
    }

    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(join.map(\.description), forKey: .join)
        try fields.encodeIfPresent(listen?.description, forKey: .listen)
        try fields.encodeIfPresent(store?.text, forKey: .store)
        try fields.encodeIfPresent(replacing, forKey: .replacing)
        try fields.encode(extra, forKey: .extra)
    }
}

/// A file of the mesh's directory that processes read while they run.
package struct AgentFile: Codable, Sendable, Equatable {
    package enum Kind: String, Codable, Sendable, CaseIterable { case faults, keys, cells, blueprints, settings }
    package var kind: Kind
    /// Its content; nil: there is none.
    package var text: String?

    package init(_ kind: Kind, _ text: String?) {
        self.kind = kind
        self.text = text
    }

    /// Bytes of the largest that is passed on, 1 MiB.
    package static let largest = 1 << 20
}

extension DataDirectory {
    package func path(of file: AgentFile.Kind) -> String {
        switch file {
        case .faults: faultsPath
        case .keys: keysPath
        case .cells: cellsPath
        case .blueprints: blueprintsPath
        case .settings: settingsPath
        }
    }
}
